COPY workspaces TO STDOUT
