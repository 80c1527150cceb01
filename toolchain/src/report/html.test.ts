import fc from "fast-check";
import { expect, test } from "vitest";
import { html, jsonBlock } from "./html.ts";

test("escapes what is put in, for text and attributes, and keeps templates", () => {
  const name = `<b title='"'>&`;
  expect(html`<i title="${name}">${[html`<u>${1}</u>`, name, undefined, false]}</i>`.text).toBe(
    '<i title="&lt;b title=&#39;&quot;&#39;&gt;&amp;"><u>1</u>&lt;b title=&#39;&quot;&#39;&gt;&amp;</i>',
  );
});

test("spells out characters that turn or hide text", () => {
  expect(html`${"main\u202ec.\u0000"}`.text).toBe("main\\u202ec.\\u0000");
});

test("a data block holds any value and cannot be left", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.constant("</script><!--<script>")), (text) => {
      const block = jsonBlock("data", { [text]: text }).text;
      const inner = block.slice(block.indexOf(">") + 1, block.lastIndexOf("</script>"));
      expect(inner).not.toContain("<");
      expect(JSON.parse(inner)).toEqual({ [text]: text });
    }),
  );
});
