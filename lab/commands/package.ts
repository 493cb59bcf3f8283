import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lintPackage, pack } from "../../packaging/pack";
import { Failure } from "../system/failure";
import { runMain } from "../system/main";
import { projectFolder } from "../system/project";

// npm run package: the library as an npm package, checked, ready for `npm publish`.
runMain(async () => {
  const folder = join(projectFolder, "dist/npm");
  mkdirSync(folder, { recursive: true });
  const { file, size, files } = await pack(folder);
  const problems = await lintPackage(file);
  if (problems) throw new Failure(problems);
  console.log(`${file}: ${files.length} files, ${Math.ceil(size / 1000)} kB`);
  return 0;
});
