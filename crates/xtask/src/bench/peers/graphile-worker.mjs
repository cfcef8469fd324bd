// graphile-worker with what its documentation names for throughput: a local queue, and jobs completed in batches.
// Arguments: fill or drain, the URL of the database, how many chains of jobs, how many steps each has.
import { Logger, makeWorkerUtils, runOnce } from "graphile-worker";

const [action, connectionString, chains, steps] = process.argv.slice(2);
const logger = new Logger(() => (level, message) => {
  if (level === "error") console.error(message);
});

if (action === "fill") {
  const utils = await makeWorkerUtils({ connectionString, logger });
  await utils.migrate();
  for (let from = 0; from < chains; from += 5000) {
    const length = Math.min(5000, chains - from);
    await utils.addJobs(
      Array.from({ length }, (_, n) => ({ identifier: "step", payload: { n: from + n, step: 1 } })),
    );
  }
  await utils.release();
} else {
  let done = 0;
  // Jobs at a time. Those that wait for their successors are added in one call, so there are more of them.
  const concurrentJobs = steps > 1 ? 200 : 24;
  const preset = {
    worker: {
      connectionString,
      logger,
      concurrentJobs,
      maxPoolSize: 10,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  };
  // The successors of all jobs that run at this moment.
  let batch;
  const add = (payload, helpers) => {
    if (batch === undefined) {
      const jobs = [];
      const added = new Promise((resolve) => setImmediate(resolve)).then(() => {
        batch = undefined;
        return helpers.addJobs(jobs);
      });
      batch = { jobs, added };
    }
    batch.jobs.push({ identifier: "step", payload });
    return batch.added;
  };
  const step = async (payload, helpers) => {
    // It counts as done only when its successor is stored.
    if (payload.step < steps) await add({ n: payload.n, step: payload.step + 1 }, helpers);
    done++;
  };
  const utils = await makeWorkerUtils({ connectionString, logger });
  // A process that ends gives back what it had fetched, and the other one may have ended before.
  const isAnyLeft = () =>
    utils.withPgClient(async (client) => {
      const found = await client.query(
        `SELECT FROM graphile_worker.jobs
         WHERE locked_at IS NULL AND attempts < max_attempts AND run_at <= now() LIMIT 1`,
      );
      return found.rowCount > 0;
    });
  const began = Date.now();
  let ended = began;
  do {
    const before = done;
    await runOnce({ preset, noHandleSignals: true }, { step });
    // To find nothing is no work.
    if (done > before) ended = Date.now();
  } while (await isAnyLeft());
  await utils.release();
  console.log(JSON.stringify({ began, ended, steps: done }));
}
