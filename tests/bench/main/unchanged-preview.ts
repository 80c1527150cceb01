// What the provider itself takes in a preview in which an Image did not change: Check and Diff,
// the first calls of a fresh process.
import type { Benchmark } from "../main.ts";
import { atMost } from "../row.ts";
import { imageRequest } from "../support/images.ts";
import { checkRequest, protocol, startPlugin, urn } from "../support/plugin.ts";
import { median } from "../support/statistics.ts";

const limitMs = 50;
const rounds = 7;

export const unchangedPreview: Benchmark = {
  name: "unchanged-preview",
  async run() {
    const { app, libraries } = imageRequest("http");
    const program = { app, libraries };
    const first = await startPlugin();
    const checked = await first.call(first.client.check, checkRequest(program));
    const create = new protocol.CreateRequest();
    create.setUrn(urn);
    create.setProperties(checked.getInputs());
    const created = await first.call(first.client.create, create);
    await first.stop();

    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const plugin = await startPlugin();
      const startedAt = performance.now();
      const check = checkRequest(program);
      check.setOlds(checked.getInputs());
      const again = await plugin.call(plugin.client.check, check);
      const diff = new protocol.DiffRequest();
      diff.setUrn(urn);
      diff.setId(created.getId());
      diff.setOldInputs(checked.getInputs());
      diff.setOlds(created.getProperties());
      diff.setNews(again.getInputs());
      const answer = await plugin.call(plugin.client.diff, diff);
      const elapsed = performance.now() - startedAt;
      await plugin.stop();
      if (answer.getChanges() !== protocol.DiffResponse.DiffChanges.DIFF_NONE) {
        throw new Error("the unchanged image shows a difference");
      }
      if (round > 0) times.push(elapsed);
    }
    return [atMost("unchanged Image in preview, provider", median(times), "ms", limitMs)];
  },
};
