/** Every tool that the lab gets by itself. A new version is a change to this file. */
export const versions = {
  pulumi: "3.259.0",
  /** The newest language host that the module proxy serves; the vendor's archive brings its own. */
  languageNodejs: "3.68.0",
  /** Language hosts for the examples in other languages, likewise. */
  languageYaml: "1.12.0",
  languagePython: "3.68.0",
  /** Also in examples/languages/python/requirements.txt. */
  pythonSdk: "3.248.0",
  /** Of `@pulumi/command` too: the SDK asks for the plugin of its own version. */
  commandPlugin: "1.2.1",
  /** Of `@pulumi/aws` too. */
  awsPlugin: "7.48.0",
  consul: "1.22.0",
  /** What the tests upgrade from. */
  consulBefore: "1.19.2",
  /** What they upgrade to. Every night it is the newest that the vendor has. */
  consulAfter: process.env.CONSUL_CLUSTER_TESTS_UPGRADE_TO ?? "1.22.0",
  actionlint: "1.7.12",
} as const;

/** A Pulumi CLI on PATH serves from this version on: the Node SDK is 3.248. */
export const oldestPulumi = "3.248.0";
