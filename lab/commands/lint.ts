import { packagesTask } from "../packages/packages";
import { Progress } from "../progress/progress";
import { checkSources } from "../sources";
import { runMain } from "../system/main";
import { which } from "../system/which";

// npm run lint: what a test run looks at first, without machines and plugins.
runMain(async () => {
  const progress = new Progress();
  if (!which("shellcheck")) await progress.runTasks([packagesTask]);
  await checkSources(progress);
  return 0;
});
