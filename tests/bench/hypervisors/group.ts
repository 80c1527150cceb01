// The group "hypervisors": what guests cost under each driver.
import type { Benchmark } from "../main.ts";
import { crowds } from "./crowd.ts";
import { cycles } from "./cycles.ts";
import { libvirtCreate } from "./libvirt-create.ts";
import { sandboxHttp } from "./sandbox-http.ts";
import { sandboxStart } from "./sandbox-start.ts";
import { systemCalls } from "./system-calls.ts";

export const hypervisorsGroup: readonly Benchmark[] = [
  sandboxStart,
  sandboxHttp,
  libvirtCreate,
  ...crowds,
  ...cycles,
  systemCalls,
];
