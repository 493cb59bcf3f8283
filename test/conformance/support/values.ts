import { runtime } from "@pulumi/pulumi";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A property value as it travels: plain JSON, with envelopes for what JSON cannot say. */
export type Value = JavaScriptValue;
export type Values = Record<string, Value>;

/** Stands for a value that a preview does not know yet. */
export const unknown: string = runtime.unknownValue;

export function secret(value: Value): Values {
  return { [runtime.specialSigKey]: runtime.specialSecretSig, value };
}

export function toStruct(values: Values): Struct {
  return Struct.fromJavaScript(values);
}

export function fromStruct(struct: Struct | undefined): Values {
  return struct?.toJavaScript() ?? {};
}

/** A file that a command left behind, as far as it is known beforehand. */
export function fileAsset(path: string): Values {
  return { [runtime.specialSigKey]: runtime.specialAssetSig, path };
}

export function archiveOf(assets: Values): Values {
  return { [runtime.specialSigKey]: runtime.specialArchiveSig, assets };
}
