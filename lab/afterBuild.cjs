// Ends `npm run build`: the scripts that run on hosts, and the vendor's key, go beside the compiled program, and a stamp tells
// lab/run.sh that all of it is whole.
const { cpSync, writeFileSync } = require("node:fs");

const isScript = (path) => !path.endsWith(".ts");
cpSync("components", "dist/components", { recursive: true, filter: isScript });
writeFileSync("dist/.compiled", "");
