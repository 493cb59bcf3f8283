import { checkMirror } from "../validate/mirror";
import { checkVersion } from "../validate/version";
import { setting } from "./setting";

/** Which release runs, and how it is known for what it should be. */
export const release = {
  version: setting({ type: "string", default: "1.22.0", check: checkVersion }),
  /** "" where no downgrade is allowed. */
  allowDowngradeTo: setting({ type: "string", default: "", check: checkVersion }),
  mirror: setting({
    type: "string",
    default: "https://releases.hashicorp.com/consul",
    check: checkMirror,
    plain: (mirror) => mirror.replace(/\/+$/, ""),
  }),
  /** "" where the key is the vendor's, or in a file. */
  signingKey: setting({ type: "string", default: "" }),
  signingKeyFile: setting({ type: "string", default: "" }),
  /** Empty where a signature is asked for. */
  sha256: setting({ type: { mapOf: "string" }, default: {} }),
};
