// The options of the image, those first that differ from their defaults.
import { isChanged } from "../../record/options.ts";
import type { OptionRecord } from "../../record/types.ts";
import { count } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { NamedImage } from "./report.ts";
import { part, row, table } from "./table.ts";

export function optionsView({ record }: NamedImage): Html {
  const changed = record.options.filter(isChanged);
  const others = record.options.filter((option) => !isChanged(option));
  return part(
    "options",
    "Options",
    changed.length === 0
      ? "Every option has its default."
      : `${count(changed.length, "option")} of ${record.options.length} ${changed.length === 1 ? "differs from its default" : "differ from their defaults"}.`,
    changed.length > 0 && optionTable("Options changed from their defaults", changed),
    others.length > 0 &&
      html`<details><summary>${count(others.length, "option")} with ${others.length === 1 ? "its default" : "their defaults"}</summary>${optionTable("Options with their defaults", others)}</details>`,
  );
}

function optionTable(caption: string, options: readonly OptionRecord[]): Html {
  return table(
    caption,
    [
      { name: "Option" },
      { name: "Value" },
      { name: "Default" },
      { name: "Why" },
      { name: "Meaning" },
      { name: "Defined in" },
    ],
    options.map((option) =>
      row(
        html`<code>${option.name}</code>`,
        html`<code>${option.value}</code>`,
        option.default === undefined ? "not there" : html`<code>${option.default}</code>`,
        whyText(option),
        html`${option.prompt ?? ""}${option.help && html`<p class="help">${option.help}</p>`}`,
        html`<code>${option.location.file}:${option.location.line}</code>`,
      ),
    ),
  );
}

function whyText(option: OptionRecord): string {
  if (option.requested) return "requested";
  if (!isChanged(option)) return "default";
  return "follows from another option";
}
