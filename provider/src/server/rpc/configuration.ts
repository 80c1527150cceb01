// CheckConfig, DiffConfig and Configure: the provider itself as a resource. Every setting is checked
// here, before anything is done with it.
import protocol from "@pulumi/pulumi/proto/provider_pb.js";
import { type PropertyMap, sameValue } from "../../values.ts";
import type { RunningCall } from "../call.ts";
import { decodeStruct } from "../decode.ts";
import { encodeStruct } from "../encode.ts";
import { ignoreChanges } from "../property-path.ts";
import { redact } from "../secrets.ts";

/** Settings of the engine's, which it passes to every provider. */
const ENGINE_KEYS: ReadonlySet<string> = new Set([
  "version",
  "pluginDownloadURL",
  "pluginChecksums",
  "parameterization",
]);

function ownKeys(map: PropertyMap): string[] {
  return Object.keys(map).filter((key) => !ENGINE_KEYS.has(key) && !key.startsWith("__"));
}

function ownSettings(map: PropertyMap): PropertyMap {
  return Object.fromEntries(ownKeys(map).map((key) => [key, map[key] ?? null]));
}

export function checkConfig(
  request: protocol.CheckRequest,
  call: RunningCall,
): protocol.CheckResponse {
  const news = decodeStruct(request.getNews());
  call.hide(news);
  const response = new protocol.CheckResponse();
  response.setInputs(encodeStruct(news));
  for (const { property, reason } of call.session.providerSettings.failures(ownSettings(news))) {
    const failure = new protocol.CheckFailure();
    failure.setProperty(property);
    failure.setReason(redact(reason, call.secrets));
    response.addFailures(failure);
  }
  return response;
}

export function diffConfig(request: protocol.DiffRequest): protocol.DiffResponse {
  const olds = decodeStruct(request.getOldInputs() ?? request.getOlds());
  const news = ignoreChanges(olds, decodeStruct(request.getNews()), request.getIgnorechangesList());
  const keys = new Set([...ownKeys(olds), ...ownKeys(news)]);
  const changed = [...keys].filter(
    (key) =>
      Object.hasOwn(olds, key) !== Object.hasOwn(news, key) ||
      !sameValue(olds[key] ?? null, news[key] ?? null),
  );
  const response = new protocol.DiffResponse();
  response.setDiffsList(changed);
  response.setChanges(
    changed.length > 0
      ? protocol.DiffResponse.DiffChanges.DIFF_SOME
      : protocol.DiffResponse.DiffChanges.DIFF_NONE,
  );
  return response;
}

export function configure(
  request: protocol.ConfigureRequest,
  call: RunningCall,
): protocol.ConfigureResponse {
  const settings = decodeStruct(request.getArgs());
  call.hide(settings);
  call.session.settings = call.session.providerSettings.configure(ownSettings(settings));
  const response = new protocol.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setAcceptresources(true);
  response.setAcceptoutputs(true);
  response.setSupportspreview(true);
  response.setSupportsAutonamingConfiguration(true);
  return response;
}
