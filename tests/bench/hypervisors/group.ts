// The group "hypervisors": what running guests costs where they run.
import type { Benchmark } from "../main.ts";
import { libvirtCreate } from "./libvirt-create.ts";

export const hypervisorsGroup: readonly Benchmark[] = [libvirtCreate];
