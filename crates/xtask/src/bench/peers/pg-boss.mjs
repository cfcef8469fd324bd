// pg-boss with large batches: fetched and completed through its functions, without the pauses of its own polling.
// Arguments: fill or drain, the URL of the database, how many jobs.
import { PgBoss } from "pg-boss";

const [action, connectionString, count] = process.argv.slice(2);
const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
boss.on("error", console.error);
await boss.start();

if (action === "fill") {
  await boss.createQueue("step");
  for (let from = 0; from < count; from += 5000) {
    const length = Math.min(5000, count - from);
    await boss.insert("step", Array.from({ length }, (_, n) => ({ data: { n: from + n } })));
  }
} else {
  let jobs = 0;
  const work = async () => {
    for (;;) {
      const batch = await boss.fetch("step", { batchSize: 500 });
      if (batch.length === 0) return;
      await boss.complete("step", batch.map((job) => job.id));
      jobs += batch.length;
    }
  };
  const began = Date.now();
  await Promise.all([work(), work()]);
  console.log(JSON.stringify({ began, ended: Date.now(), jobs }));
}
await boss.stop({ graceful: false });
process.exit(0);
