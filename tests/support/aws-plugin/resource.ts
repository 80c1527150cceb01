// What the stand-in's resources have in common: whatever changes replaces, and a name
// that the program does not give gets an ending of its own, as Pulumi's bridged providers do it.
import type { EC2Client, Tag } from "@aws-sdk/client-ec2";
import type { Resource } from "../../../provider/src/resources/resource.ts";
import { type PropertyMap, sameValue, Unknown } from "../../../provider/src/values.ts";

const NAME_ENDING_BYTES = 4;

export interface Kind {
  /** E.g. "aws:ec2/ami:Ami". */
  readonly token: string;
  /** Inputs that it takes; others are refused, so that nothing is silently not done. */
  readonly inputs: readonly string[];
  /** Whether it has a name. */
  readonly isNamed: boolean;
  /** Outputs beside id and inputs. */
  readonly outputs: readonly string[];
  /** Returns its id. */
  make(ec2: EC2Client, inputs: PropertyMap): Promise<string>;
  /** Its outputs; undefined: it is gone. */
  find(ec2: EC2Client, id: string): Promise<PropertyMap | undefined>;
  remove(ec2: EC2Client, id: string): Promise<void>;
}

export function standIn(kind: Kind, ec2: () => EC2Client): Resource {
  return {
    token: kind.token,
    schema: {},

    async check({ urn }, { olds, news, randomSeed }) {
      const ending = Buffer.from(randomSeed)
        .toString("hex")
        .slice(0, 2 * NAME_ENDING_BYTES);
      const name = olds.name ?? `${urn.split("::").at(-1)}-${ending}`;
      const given = Object.entries(news).filter(([key]) => !key.startsWith("__"));
      const unknown = given.filter(([key]) => !kind.inputs.includes(key));
      return {
        inputs: { ...(kind.isNamed ? { name } : {}), ...Object.fromEntries(given) },
        failures: unknown.map(([property]) => ({
          property,
          reason: `the stand-in for aws does not know it`,
        })),
      };
    },

    async diff(_context, { olds, news }) {
      const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
      const changed = names.filter((name) => !sameValue(olds[name] ?? null, news[name] ?? null));
      const change = { kind: "update-replace", inputDiff: true } as const;
      return { changes: Object.fromEntries(changed.map((name) => [name, change])), stables: [] };
    },

    async create(_context, { inputs, preview }) {
      if (preview) {
        const unknown = kind.outputs.map((name) => [name, Unknown.instance]);
        return { id: "", state: { ...inputs, ...Object.fromEntries(unknown) } };
      }
      const id = await kind.make(ec2(), inputs);
      return { id, state: { ...inputs, ...(await kind.find(ec2(), id)) } };
    },

    async read(_context, { id, inputs, state }) {
      const found = await kind.find(ec2(), id);
      return found === undefined ? null : { inputs, state: { ...state, ...found } };
    },

    async update() {
      throw new Error("the stand-in for aws only replaces");
    },

    async delete(_context, { id }) {
      await kind.remove(ec2(), id);
    },
  };
}

export function tagsOf(inputs: PropertyMap): Tag[] {
  return Object.entries((inputs.tags ?? {}) as Record<string, string>).map(([Key, Value]) => ({
    Key,
    Value,
  }));
}
