// The hand-written SDK and the provider's schema must say the same: every input and output, its
// type as far as names go, and what is required. TypeScript's own compiler reads the SDK.
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { loadResources } from "../../provider/src/resources/registry.ts";
import { settingsSchema } from "../../provider/src/resources/settings.ts";

interface PropertySchema {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: PropertySchema;
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
}

interface ResourceSchema extends ObjectSchema {
  readonly inputProperties: Readonly<Record<string, PropertySchema>>;
  readonly requiredInputs?: readonly string[];
}

/** By the module in a token, e.g. the one of `unikernel:aws:Snapshot`. */
const modulePaths: Readonly<Record<string, string>> = {
  index: fileURLToPath(new URL("./index.ts", import.meta.url)),
  aws: fileURLToPath(new URL("./aws/index.ts", import.meta.url)),
  gcp: fileURLToPath(new URL("./gcp/index.ts", import.meta.url)),
};
const program = ts.createProgram(Object.values(modulePaths), {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2024,
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: ["node"],
});
const checker = program.getTypeChecker();
/** By module and name, e.g. "aws:Snapshot". */
const exported = new Map<string, ts.Symbol>(
  Object.entries(modulePaths).flatMap(([module, path]) =>
    exportsOf(path).map((symbol) => [`${module}:${symbol.name}`, symbol] as const),
  ),
);

function exportsOf(path: string): ts.Symbol[] {
  const file = program.getSourceFile(path);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) throw new Error(`${path} is not a module`);
  return checker.getExportsOfModule(module);
}

/** The class or interface that an exported name stands for. */
function declarationOf(name: string): ts.ClassDeclaration | ts.InterfaceDeclaration {
  const symbol = exported.get(name);
  if (!symbol) throw new Error(`no module exports ${name}`);
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declaration = target.declarations?.[0];
  if (!declaration) throw new Error(`${name} is not declared`);
  if (ts.isClassDeclaration(declaration) || ts.isInterfaceDeclaration(declaration)) {
    return declaration;
  }
  throw new Error(`${name} is neither a class nor an interface`);
}

/** What stands behind "unikernel:" in a token. */
const nameOf = (token: string) => token.slice(token.indexOf(":") + 1);

interface Member {
  readonly name: string;
  readonly isOptional: boolean;
  readonly text: string;
}

/** The properties that a class or interface declares itself. */
function membersOf(name: string): Member[] {
  return [...declarationOf(name).members].flatMap((member) => {
    if (!ts.isPropertyDeclaration(member) && !ts.isPropertySignature(member)) return [];
    const text = member.type?.getText() ?? "";
    const isOptional = member.questionToken !== undefined || /\| undefined>?$/.test(text);
    return [{ name: member.name.getText(), isOptional, text }];
  });
}

const names = (members: readonly Member[]) => members.map(({ name }) => name).sort();
const required = (members: readonly Member[]) =>
  names(members.filter(({ isOptional }) => !isOptional));

const resources = await loadResources();
/** Components are made of resources and are none of the provider's. */
const isComponent = (name: string) =>
  /ComponentResource/.test(declarationOf(name).heritageClauses?.[0]?.getText() ?? "");
const classes = [...exported.keys()].filter(
  (name) => exported.has(`${name}Args`) && !/Args/.test(name),
);
/** The provider is one, too, and not among its own. */
const resourceClasses = classes.filter(
  (name) =>
    ts.isClassDeclaration(declarationOf(name)) && name !== "index:Provider" && !isComponent(name),
);

describe("the SDK", () => {
  it("has a class for every resource, and a resource for every class", () => {
    const tokens = resourceClasses.map((name) => `unikernel:${name}`);
    expect(tokens.sort()).toStrictEqual([...resources.keys()].sort());
  });

  it("takes the settings of the schema", () => {
    expect(names(membersOf("index:ProviderArgs"))).toStrictEqual(
      Object.keys(settingsSchema).sort(),
    );
    expect(required(membersOf("index:ProviderArgs"))).toStrictEqual([]);
  });

  describe.each([...resources.keys()])("%s", (token) => {
    const name = nameOf(token);
    const schema = resources.get(token)?.schema as ResourceSchema;

    it("takes the inputs of the schema", () => {
      const members = membersOf(`${name}Args`);
      expect(names(members)).toStrictEqual(Object.keys(schema.inputProperties).sort());
      expect(required(members)).toStrictEqual([...(schema.requiredInputs ?? [])].sort());
    });

    it("has the outputs of the schema", () => {
      const members = membersOf(name);
      expect(names(members)).toStrictEqual(Object.keys(schema.properties).sort());
      expect(required(members)).toStrictEqual([...(schema.required ?? [])].sort());
    });

    it("agrees on plain types", () => {
      const members = new Map(membersOf(name).map(({ name: key, text }) => [key, text]));
      for (const [key, { type, $ref }] of Object.entries(schema.properties)) {
        const inner = /^pulumi\.Output<(.*?)(?: \| undefined)?>$/s.exec(
          members.get(key) ?? "",
        )?.[1];
        expect(inner, `${name}.${key} is an Output`).toBeDefined();
        if ($ref !== undefined || type === undefined) continue;
        const plain = { integer: "number", number: "number", string: "string", boolean: "boolean" };
        const wanted = (plain as Record<string, string>)[type];
        if (wanted !== undefined) expect(inner, `${name}.${key}`).toBe(wanted);
        if (type === "array") expect(inner, `${name}.${key}`).toMatch(/^readonly .*\[\]$/);
      }
    });
  });

  const types = [...resources.values()].flatMap((resource) => Object.entries(resource.types ?? {}));
  it.each(types)("has an interface with the properties of %s", (token, type) => {
    const name = nameOf(token);
    const interfaces = [name, `${name}Args`].filter((candidate) => exported.has(candidate));
    expect(interfaces, `${name} or ${name}Args is exported`).not.toHaveLength(0);
    const { properties, required: needed = [] } = type as ObjectSchema;
    for (const candidate of interfaces) {
      const members = membersOf(candidate);
      expect(names(members)).toStrictEqual(Object.keys(properties).sort());
      expect(required(members)).toStrictEqual([...needed].sort());
    }
  });
});
