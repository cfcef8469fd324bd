// graphile-worker with what its documentation names for throughput: a local queue, and jobs completed in batches.
// Arguments: fill or drain, the URL of the database, how many jobs.
import { Logger, makeWorkerUtils, runOnce } from "graphile-worker";

const [action, connectionString, count] = process.argv.slice(2);
const logger = new Logger(() => (level, message) => {
  if (level === "error") console.error(message);
});

if (action === "fill") {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  for (let from = 0; from < count; from += 5000) {
    const length = Math.min(5000, count - from);
    await utils.addJobs(
      Array.from({ length }, (_, n) => ({ identifier: "step", payload: { n: from + n } })),
    );
  }
  await utils.release();
} else {
  let jobs = 0;
  const preset = {
    worker: {
      connectionString,
      logger,
      concurrentJobs: 24,
      maxPoolSize: 10,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  };
  const began = Date.now();
  await runOnce({ preset, noHandleSignals: true }, { step: () => void jobs++ });
  console.log(JSON.stringify({ began, ended: Date.now(), jobs }));
}
