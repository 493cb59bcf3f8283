import type { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  CheckRequest,
  type CheckResponse,
  CreateRequest,
  type CreateResponse,
  DeleteRequest,
  DiffRequest,
  DiffResponse,
  PropertyDiff,
  ReadRequest,
  type ReadResponse,
  UpdateRequest,
  type UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { call } from "./call";
import { fromStruct, toStruct, type Values } from "./values";

export const resourceName = "probe";

export interface Checked {
  inputs: Values;
  failures: { property: string; reason: string }[];
}

export interface Difference {
  changed: boolean;
  /** From the path of what changed to the kind of change, for example "UPDATE_REPLACE". */
  details: Record<string, string>;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

export interface Created {
  id: string;
  state: Values;
}

interface Options {
  /** The state's own; otherwise all that it has but what a command printed. */
  inputs?: Values;
  preview?: boolean;
  /** In seconds. */
  timeout?: number;
}

/** One resource type of the plugin, called as the engine calls it. */
export class Resource {
  private readonly urn: string;

  constructor(
    private readonly client: ResourceProviderClient,
    type: string,
  ) {
    this.urn = `urn:pulumi:test::conformance::${type}::${resourceName}`;
  }

  async check(inputs: Values): Promise<Checked> {
    const request = new CheckRequest().setUrn(this.urn).setNews(toStruct(inputs));
    const response = await call<CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: fromStruct(response.getInputs()),
      failures: response
        .getFailuresList()
        .map((f) => ({ property: f.getProperty(), reason: f.getReason() })),
    };
  }

  /** Inputs as they go into Create and Update: checked, with the defaults written. */
  async checked(inputs: Values): Promise<Values> {
    const { inputs: result, failures } = await this.check(inputs);
    if (failures.length > 0) {
      throw new Error(`the inputs are refused: ${JSON.stringify(failures)}`);
    }
    return result;
  }

  /** `state` is the old state where it is not simply the old inputs. */
  async diff(oldInputs: Values, newInputs: Values, state: Values = oldInputs): Promise<Difference> {
    const request = new DiffRequest()
      .setId("probe00000000")
      .setUrn(this.urn)
      .setOlds(toStruct(state))
      .setOldInputs(toStruct(oldInputs))
      .setNews(toStruct(newInputs));
    const response = await call<DiffResponse>((done) => this.client.diff(request, done));
    const details: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((difference: PropertyDiff, path: string) => {
      details[path] = nameOf(PropertyDiff.Kind, difference.getKind());
    });
    return {
      changed: response.getChanges() === DiffResponse.DiffChanges.DIFF_SOME,
      details,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  /** Checks the inputs, then creates the resource. */
  async create(inputs: Values, options: Options = {}): Promise<Created> {
    const request = new CreateRequest()
      .setUrn(this.urn)
      .setProperties(toStruct(await this.checked(inputs)))
      .setPreview(options.preview ?? false)
      .setTimeout(options.timeout ?? 0);
    const response = await call<CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), state: fromStruct(response.getProperties()) };
  }

  /** Checks the new inputs, then updates; the answer is the new state. */
  async update(old: Created, inputs: Values, options: Options = {}): Promise<Values> {
    const { stdout: _, stderr: __, ...state } = old.state;
    const oldInputs = options.inputs ?? state;
    const request = new UpdateRequest()
      .setId(old.id)
      .setUrn(this.urn)
      .setOlds(toStruct(old.state))
      .setOldInputs(toStruct(oldInputs))
      .setNews(toStruct(await this.checked(inputs)))
      .setPreview(options.preview ?? false)
      .setTimeout(options.timeout ?? 0);
    const response = await call<UpdateResponse>((done) => this.client.update(request, done));
    return fromStruct(response.getProperties());
  }

  async delete(old: Created): Promise<void> {
    const request = new DeleteRequest()
      .setId(old.id)
      .setUrn(this.urn)
      .setProperties(toStruct(old.state));
    await call<Empty>((done) => this.client.delete(request, done));
  }

  async read(old: Created, inputs: Values): Promise<Created & { inputs: Values }> {
    const request = new ReadRequest()
      .setId(old.id)
      .setUrn(this.urn)
      .setProperties(toStruct(old.state))
      .setInputs(toStruct(inputs));
    const response = await call<ReadResponse>((done) => this.client.read(request, done));
    return {
      id: response.getId(),
      state: fromStruct(response.getProperties()),
      inputs: fromStruct(response.getInputs()),
    };
  }
}

function nameOf(names: Record<string, number | string>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? `kind ${value}`;
}
