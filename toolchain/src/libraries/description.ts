// library.json, from text to checked values. A mistake names the file and the field.
import { readSource } from "./description-source.ts";
import { FieldReader } from "./fields.ts";
import type { GeneratedFile, LibraryDescription, LibraryTest, SourceEntry } from "./types.ts";

/** Reads library.json; `file` names it in errors, `hasInclude` says whether include/ exists. */
export function readDescription(
  text: string,
  file: string,
  hasInclude: boolean,
): LibraryDescription {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: not JSON: ${(error as Error).message}`);
  }
  const fields = new FieldReader(value, file);
  const version = fields.string("version");
  const licence = fields.string("licence");
  const description = fields.string("description");
  const dependencies = fields.strings("dependencies");
  const reexports = fields.strings("reexports");
  for (const name of reexports) {
    if (!dependencies.includes(name)) {
      throw new Error(`${file}: reexports: ${name} is not among the dependencies`);
    }
  }
  const { source, sourceLibrary } = readSource(fields, version);
  const link = fields.optionalString("link");
  if (link !== undefined && link !== "whole" && link !== "lazy") {
    throw new Error(`${file}: link must be "whole" or "lazy", not "${link}"`);
  }
  const freestanding = fields.optionalBoolean("freestanding");
  const linkerScript = fields.optionalString("linkerScript");
  const result: LibraryDescription = {
    version,
    licence,
    description,
    dependencies,
    reexports,
    include: fields.has("include") ? fields.strings("include") : hasInclude ? ["include"] : [],
    privateInclude: fields.strings("privateInclude"),
    sources: fields.array("sources").map((entry, index) => readEntry(entry, file, index)),
    flags: fields.strings("flags"),
    ...(freestanding === undefined ? {} : { freestanding }),
    link: link ?? (source || sourceLibrary ? "lazy" : "whole"),
    ...(linkerScript === undefined ? {} : { linkerScript }),
    generate: fields.readers("generate").map(readGenerate),
    ...(source ? { source } : {}),
    ...(sourceLibrary ? { sourceLibrary } : {}),
    tests: readTests(fields, file),
  };
  fields.finish();
  return result;
}

function readEntry(value: unknown, file: string, index: number): SourceEntry {
  if (typeof value === "string") return { files: [value], except: [], flags: [] };
  const fields = new FieldReader(value, file, `sources[${index}]`);
  const when = fields.optionalString("when");
  const entry: SourceEntry = {
    files: fields.strings("files"),
    except: fields.strings("except"),
    ...(when === undefined ? {} : { when }),
    flags: fields.strings("flags"),
  };
  fields.finish();
  return entry;
}

function readGenerate(fields: FieldReader): GeneratedFile {
  const generated: GeneratedFile = {
    output: fields.string("output"),
    transform: fields.string("transform"),
    inputs: fields.strings("inputs"),
    private: fields.optionalBoolean("private") ?? false,
  };
  fields.finish();
  return generated;
}

function readTests(fields: FieldReader, file: string): Record<string, LibraryTest> {
  const tests: Record<string, LibraryTest> = {};
  for (const [name, value] of Object.entries(fields.object("tests"))) {
    const testFields = new FieldReader(value, file, `tests.${name}`);
    tests[name] = {
      libraries: testFields.strings("libraries"),
      options: testFields.object("options") as LibraryTest["options"],
    };
    testFields.finish();
  }
  return tests;
}
