import { benchCreate } from "../../bench/create";
import { report } from "../../bench/measure";
import { guardRange } from "../network/guard";
import { prepare } from "../prepare";
import { Progress } from "../progress/progress";
import { runMain } from "../system/main";

// npm run bench: the benchmarks, one after the other, on machines of their own.
runMain(async () => {
  const progress = new Progress();
  const { toolchain } = await prepare(progress);
  await guardRange();
  console.log(report(await benchCreate(toolchain, progress)));
  return 0;
});
