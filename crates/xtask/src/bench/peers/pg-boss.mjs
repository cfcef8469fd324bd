// pg-boss with large batches: fetched and completed through its functions, without the pauses of its own polling.
// Arguments: fill or drain, the URL of the database, how many chains of jobs, how many steps each has.
import pg from "pg";
import { PgBoss } from "pg-boss";

const [action, connectionString, chains, steps] = process.argv.slice(2);
const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
boss.on("error", console.error);
await boss.start();

if (action === "fill") {
  await boss.createQueue("step");
  for (let from = 0; from < chains; from += 5000) {
    const length = Math.min(5000, chains - from);
    await boss.insert("step", Array.from({ length }, (_, n) => ({ data: { n: from + n, step: 1 } })));
  }
} else {
  let done = 0;
  const work = async () => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    // What it documents for calls that are to be one with others.
    const db = { executeSql: (text, values) => client.query(text, values) };
    for (;;) {
      const batch = await boss.fetch("step", { batchSize: 500 });
      if (batch.length === 0) break;
      const ids = batch.map((job) => job.id);
      const next = batch
        .filter((job) => job.data.step < steps)
        .map((job) => ({ data: { n: job.data.n, step: job.data.step + 1 } }));
      if (next.length === 0) {
        await boss.complete("step", ids);
      } else {
        await client.query("BEGIN");
        await boss.complete("step", ids, null, { db });
        await boss.insert("step", next, { db });
        await client.query("COMMIT");
      }
      done += batch.length;
    }
    await client.end();
  };
  const began = Date.now();
  await Promise.all([work(), work()]);
  console.log(JSON.stringify({ began, ended: Date.now(), steps: done }));
}
await boss.stop({ graceful: false });
process.exit(0);
