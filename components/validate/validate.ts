import type { PlainArgs } from "../cluster/args";
import { planCluster } from "../cluster/plan";
import { checkServicesBesideAcl } from "./acl";
import { checkEnvironment } from "./environment";
import { checkExtraConfig } from "./extraConfig";
import { checkHosts } from "./hosts";
import { checkHttpApi } from "./httpApi";
import { checkListenAddresses } from "./listenAddresses";
import { managedKeysOf } from "./managedKeys";
import { checkPerServer } from "./perServer";
import { checkPorts, NEEDED_OF_SERVERS } from "./ports";
import type { Problem } from "./problem";
import { checkRecursors } from "./recursors";
import { checkRelease } from "./release";
import { checkSettings } from "./settings";
import { checkTls, portsBesideTls } from "./tls";
import { type Files, fieldsOf } from "./values";

const DEFAULTS = planCluster({});

/**
 * Every problem of the arguments, before any host is reached. Takes what the compiler would refuse too,
 * since arguments also come from stack files and other languages; never throws. Without `files` no path is
 * looked up.
 */
export function validate(args: PlainArgs, files?: Files): Problem[] {
  const fields = fieldsOf(args);
  return [
    ...checkHosts(fields, "servers", files),
    ...checkRelease(fields, files),
    ...checkSettings(fields),
    ...checkTls(fields),
    ...checkPorts(fields, portsBesideTls(fields), NEEDED_OF_SERVERS),
    ...checkListenAddresses(fields, true),
    ...checkHttpApi(fields),
    ...checkRecursors(fields),
    ...checkEnvironment(fields),
    ...checkExtraConfig(fields, managedKeysOf(fields), DEFAULTS),
    ...checkServicesBesideAcl(fields),
    ...checkPerServer(fields, managedKeysOf(fields), DEFAULTS),
  ];
}
