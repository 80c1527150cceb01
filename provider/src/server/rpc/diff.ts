// Diff: what changes, whether in place or by replacement, and what is sure to stay.
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import type { DiffResult, PropertyChange } from "../../resources/resource.ts";
import type { RunningCall } from "../call.ts";
import { decodeStruct } from "../decode.ts";
import { ignoreChanges, parsePropertyPath } from "../property-path.ts";
import { resolveOutputsInMap } from "../secrets.ts";

const { Kind } = protocol.PropertyDiff;
const KINDS: Readonly<Record<PropertyChange, protocol.PropertyDiff.Kind>> = {
  add: Kind.ADD,
  "add-replace": Kind.ADD_REPLACE,
  delete: Kind.DELETE,
  "delete-replace": Kind.DELETE_REPLACE,
  update: Kind.UPDATE,
  "update-replace": Kind.UPDATE_REPLACE,
};

export async function diff(
  request: protocol.DiffRequest,
  call: RunningCall,
): Promise<protocol.DiffResponse> {
  const state = resolveOutputsInMap(decodeStruct(request.getOlds()));
  // Engines of before 2023 send no old inputs; what was recorded as state contains them.
  const olds = request.hasOldInputs()
    ? resolveOutputsInMap(decodeStruct(request.getOldInputs()))
    : state;
  const checked = resolveOutputsInMap(decodeStruct(request.getNews()));
  call.hide(olds, state, checked);
  // The engine has put back what the program said, but not what Check computed.
  const news = ignoreChanges(olds, checked, request.getIgnorechangesList());
  const resource = await call.resource(request.getUrn(), request.getType());
  const result = await resource.diff(call.context(request.getUrn()), {
    id: request.getId(),
    olds,
    state,
    news,
  });
  return toResponse(result);
}

function toResponse(result: DiffResult): protocol.DiffResponse {
  const response = new protocol.DiffResponse();
  const diffs = new Set<string>();
  const replaces = new Set<string>();
  for (const [path, { kind, inputDiff }] of Object.entries(result.changes)) {
    const detail = new protocol.PropertyDiff();
    detail.setKind(KINDS[kind]);
    detail.setInputdiff(inputDiff);
    response.getDetaileddiffMap().set(path, detail);
    const property = String(parsePropertyPath(path)?.[0] ?? path);
    diffs.add(property);
    if (kind.endsWith("-replace")) replaces.add(property);
  }
  response.setHasdetaileddiff(true);
  response.setDiffsList([...diffs]);
  response.setReplacesList([...replaces]);
  // What changes is not stable, whatever the resource says.
  response.setStablesList(result.stables.filter((property) => !diffs.has(property)));
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  const { DIFF_NONE, DIFF_SOME } = protocol.DiffResponse.DiffChanges;
  response.setChanges(diffs.size > 0 || result.needsUpdate === true ? DIFF_SOME : DIFF_NONE);
  return response;
}
