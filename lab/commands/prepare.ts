import { prepare } from "../prepare";
import { Progress } from "../progress/progress";
import { runMain } from "../system/main";

// sh lab/run.sh prepare: all set-up short of `pulumi up`.
runMain(async () => {
  const progress = new Progress();
  const { unchanged } = await prepare(progress);
  progress.note(unchanged ? "Everything is there already." : "Everything is there now.");
  return 0;
});
