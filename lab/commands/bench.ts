import { benchChange } from "../../bench/change";
import { benchCreate } from "../../bench/create";
import { benchGrow } from "../../bench/grow";
import { type Comparison, report } from "../../bench/measure";
import { benchRolling } from "../../bench/rolling";
import { guardRange } from "../network/guard";
import { prepare } from "../prepare";
import { Progress } from "../progress/progress";
import { Failure } from "../system/failure";
import { runMain } from "../system/main";
import type { Toolchain } from "../toolchain/toolchain";

type Benchmark = (toolchain: Toolchain, progress: Progress) => Promise<Comparison>;

const benchmarks: Record<string, Benchmark> = {
  create: benchCreate,
  change: benchChange,
  rolling: benchRolling,
  grow: benchGrow,
};
/** What `npm run bench` runs; a quarter of an hour of restarts is asked for by its name. */
const usual = ["create", "change"];

// npm run bench: the benchmarks, or `npm run bench -- NAME`, one after the other, on machines of their own.
runMain(async () => {
  const progress = new Progress();
  const { toolchain } = await prepare(progress);
  await guardRange();
  const wanted = process.argv.slice(2);
  const names = wanted.length > 0 ? wanted : usual;
  for (const name of names) {
    const benchmark = benchmarks[name];
    if (!benchmark)
      throw new Failure(`There is no benchmark "${name}": ${Object.keys(benchmarks).join(", ")}`);
    console.log(report(await benchmark(toolchain, progress)));
  }
  return 0;
});
