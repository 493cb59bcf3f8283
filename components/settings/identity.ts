import { checkDatacenter, checkDomain } from "../validate/names";
import { checkConsulFolder } from "../validate/paths";
import { setting } from "./setting";

/** Who an agent is, and where its folders lie. */
export const identity = {
  datacenter: setting({
    type: "string",
    default: "dc1",
    check: checkDatacenter,
    consul: "datacenter",
  }),
  domain: setting({ type: "string", default: "consul", check: checkDomain, consul: "domain" }),
  configDir: setting({
    type: "string",
    default: "/etc/consul.d/server",
    check: checkConsulFolder,
  }),
  dataDir: setting({
    type: "string",
    default: "/var/consul",
    check: checkConsulFolder,
    consul: "data_dir",
  }),
};
