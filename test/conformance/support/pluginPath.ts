/**
 * The plugin binary under test. Which one it is (the stand-in or the official plugin) is the
 * caller's choice: the tests are the same for both.
 */
export function pluginPath(): string {
  const path = process.env.COMMAND_PLUGIN;
  if (!path) {
    throw new Error(
      "COMMAND_PLUGIN is not set: give it the path of a pulumi-resource-command binary, " +
        "for example one built with `go build -C lab/command-plugin -o FILE .`",
    );
  }
  return path;
}
