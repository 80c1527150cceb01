// `unikernel menuconfig`: change an application's configuration on the terminal.
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { readCApplication } from "../apps/c.ts";
import { bundledLibrariesDirectory } from "../home.ts";
import { loadModel } from "../kconfig/index.ts";
import { configText, noRules, settingsOf, unmetProblems } from "../kconfig/menuconfig/session.ts";
import { type Document, runMenuconfig } from "../kconfig/menuconfig/terminal.ts";
import { LibraryRegistry } from "../libraries/registry.ts";
import { formatProblem } from "../problems.ts";
import { applicationSettings, describeSettings } from "./application-settings.ts";
import { type Command, parseCommandLine, UsageError } from "./command.ts";
import {
  descriptionName,
  formatDescription,
  parseDescription,
  readDescriptionText,
} from "./description.ts";
import { readRequest } from "./request.ts";

const usage = "unikernel menuconfig --help";

export const command: Command = {
  summary: "change an application's configuration on the terminal",
  help: `Usage: unikernel menuconfig [DIR] [options]
       unikernel menuconfig --kconfig FILE [--config FILE] [--allow-shell]

Shows what can be configured for the application in DIR (default: the working directory): its
libraries, their options, the platform. What is changed goes to DIR/${descriptionName}, as far as it
differs from the defaults; the file is made when it is missing.

  --libraries DIR     the micro-libraries' directory (default: those of this toolchain)
  --kconfig FILE      any tree of Kconfig files instead, e.g. Linux's; $(NAME) in it is the
                      environment's
  --config FILE       the settings of that tree (default: .config); the former are kept in FILE.old
  --allow-shell       lets $(shell,...) in that tree run commands; only for trees that you trust`,

  async run(commandLine, signal) {
    const { values, positionals } = parse(commandLine);
    const [directory = ".", ...more] = positionals;
    if (more.length > 0) throw new UsageError("expected one directory", usage);
    if (values.kconfig === undefined && (values.config !== undefined || values["allow-shell"])) {
      throw new UsageError("--config and --allow-shell go with --kconfig", usage);
    }
    if (values.kconfig !== undefined && (positionals.length > 0 || values.libraries)) {
      throw new UsageError("--kconfig goes without a directory and --libraries", usage);
    }
    const document =
      values.kconfig === undefined
        ? applicationDocument(directory, values.libraries ?? bundledLibrariesDirectory)
        : treeDocument(values.kconfig, values.config ?? ".config", values["allow-shell"] ?? false);
    const saved = await runMenuconfig(document, signal);
    if (saved !== "") console.log(saved);
    return 0;
  },
};

function applicationDocument(directory: string, librariesDirectory: string): Document {
  const path = relative("", join(directory, descriptionName));
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`there is no directory ${directory}`);
  }
  const registry = new LibraryRegistry(librariesDirectory);
  let text = readDescriptionText(directory);
  const open = () =>
    applicationSettings(
      readRequest(directory, {}, usage),
      parseDescription(text),
      // That it has no sources yet does not matter here.
      readCApplication(directory),
      registry,
    );
  const before = open();
  return {
    ...before,
    message: before.unmet.map(formatProblem).join("; "),
    save: (settings) => {
      if (readDescriptionText(directory) !== text) throw new Error(`${path} has changed meanwhile`);
      const { description, left } = describeSettings(before, settings);
      text = formatDescription(text, description);
      writeFileSync(path, text);
      const without = left.length > 0 ? ` without ${left.join(", ")}` : "";
      return [`saved to ${path}${without}`, ...open().unmet.map(formatProblem)].join("; ");
    },
  };
}

function treeDocument(kconfig: string, config: string, allowShell: boolean): Document {
  const environment = Object.fromEntries(
    Object.entries(process.env).map(([name, value]) => [name, value ?? ""]),
  );
  const model = loadModel(kconfig, { environment, allowShell });
  const old = existsSync(config) ? readFileSync(config, "utf8") : "";
  return {
    model,
    rules: noRules,
    settings: settingsOf(model, old, config),
    message: "",
    save: (settings) => {
      if (existsSync(config)) copyFileSync(config, `${config}.old`);
      writeFileSync(config, configText(model, settings));
      const unmet = unmetProblems(model, settings).map(formatProblem);
      return [`saved to ${config}`, ...unmet].join("; ");
    },
  };
}

function parse(commandLine: string[]) {
  return parseCommandLine(
    {
      args: commandLine,
      allowPositionals: true,
      options: {
        libraries: { type: "string" },
        kconfig: { type: "string" },
        config: { type: "string" },
        "allow-shell": { type: "boolean" },
      },
    },
    usage,
  );
}
