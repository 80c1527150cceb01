// The `source` field of library.json: where third-party code comes from and what pins it.
import type { FieldReader } from "./fields.ts";
import type { Edit, NpmOrigin, Origin, PypiOrigin, ThirdPartySource } from "./types.ts";

interface SourceFields {
  readonly source?: ThirdPartySource;
  readonly sourceLibrary?: string;
}

/** Reads `source` of library.json; its version is the library's when it names none. */
export function readSource(fields: FieldReader, libraryVersion: string): SourceFields {
  if (!fields.has("source")) return {};
  const inner = fields.reader("source");
  const sourceLibrary = inner.optionalString("library");
  if (sourceLibrary !== undefined) {
    inner.finish();
    return { sourceLibrary };
  }
  const source: ThirdPartySource = {
    version: inner.optionalString("version") ?? libraryVersion,
    files: inner.strings("files"),
    except: inner.strings("except"),
    sha256: inner.string("sha256"),
    origins: inner.readers("origins").map(readOrigin),
    edits: inner.readers("edits").map(readEdit),
  };
  inner.finish();
  return { source };
}

function readOrigin(fields: FieldReader): Origin {
  const origin = readOneOrigin(fields);
  fields.finish();
  return origin;
}

function readOneOrigin(fields: FieldReader): Origin {
  if (fields.has("debian")) {
    const debian = fields.reader("debian");
    const origin: Origin = {
      debian: {
        package: debian.string("package"),
        version: debian.string("version"),
        suite: debian.string("suite"),
      },
    };
    debian.finish();
    return origin;
  }
  if (fields.has("pypi")) return { pypi: readPackage(fields.reader("pypi")) };
  if (fields.has("npm")) return { npm: readPackage(fields.reader("npm")) };
  return { url: fields.string("url") };
}

function readPackage(fields: FieldReader): PypiOrigin & NpmOrigin {
  const directory = fields.optionalString("directory");
  const origin = {
    package: fields.string("package"),
    version: fields.string("version"),
    ...(directory === undefined ? {} : { directory }),
  };
  fields.finish();
  return origin;
}

function readEdit(fields: FieldReader): Edit {
  const edit: Edit = {
    file: fields.string("file"),
    find: fields.string("find"),
    replace: fields.string("replace"),
  };
  fields.finish();
  return edit;
}
