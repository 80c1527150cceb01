// The functions of libvirt's C library that are used, as its headers declare them. `OwnedString`
// is a `char *` that the caller frees.

export const LIBVIRT_PROTOTYPES = [
  "void *virConnectOpen(const char *uri)",
  "int virConnectClose(void *connection)",
  "int virConnectIsAlive(void *connection)",
  "int virConnectGetLibVersion(void *connection, _Out_ unsigned long *version)",
  "OwnedString virConnectGetDomainCapabilities(void *connection, const char *emulator, const char *arch, const char *machine, const char *type, unsigned int flags)",
  "int virConnectListAllDomains(void *connection, _Out_ void **domains, unsigned int flags)",

  "void *virDomainLookupByName(void *connection, const char *name)",
  "void *virDomainDefineXMLFlags(void *connection, const char *xml, unsigned int flags)",
  "const char *virDomainGetName(void *domain)",
  "OwnedString virDomainGetXMLDesc(void *domain, unsigned int flags)",
  "OwnedString virDomainGetMetadata(void *domain, int type, const char *uri, unsigned int flags)",
  "int virDomainSetMetadata(void *domain, int type, const char *metadata, const char *key, const char *uri, unsigned int flags)",
  "int virDomainGetState(void *domain, _Out_ int *state, _Out_ int *reason, unsigned int flags)",
  "int virDomainIsPersistent(void *domain)",
  "int virDomainCreateWithFlags(void *domain, unsigned int flags)",
  "int virDomainResume(void *domain)",
  "int virDomainShutdownFlags(void *domain, unsigned int flags)",
  "int virDomainSetLifecycleAction(void *domain, unsigned int type, unsigned int action, unsigned int flags)",
  "int virDomainDestroyFlags(void *domain, unsigned int flags)",
  "int virDomainUndefineFlags(void *domain, unsigned int flags)",
  "int virDomainBlockResize(void *domain, const char *disk, uint64_t size, unsigned int flags)",
  "int virDomainInterfaceAddresses(void *domain, _Out_ void **interfaces, unsigned int source, unsigned int flags)",
  "void virDomainInterfaceFree(void *networkInterface)",
  "int virDomainOpenConsole(void *domain, const char *device, void *stream, unsigned int flags)",
  "int virDomainFree(void *domain)",

  "void *virNetworkLookupByName(void *connection, const char *name)",
  "void *virNetworkDefineXML(void *connection, const char *xml)",
  "OwnedString virNetworkGetXMLDesc(void *network, unsigned int flags)",
  "int virNetworkSetAutostart(void *network, int autostart)",
  "int virNetworkUpdate(void *network, unsigned int command, unsigned int section, int parentIndex, const char *xml, unsigned int flags)",
  "int virNetworkCreate(void *network)",
  "int virNetworkDestroy(void *network)",
  "int virNetworkUndefine(void *network)",
  "int virNetworkIsActive(void *network)",
  "int virNetworkFree(void *network)",

  "void *virStoragePoolLookupByName(void *connection, const char *name)",
  "void *virStoragePoolDefineXML(void *connection, const char *xml, unsigned int flags)",
  "OwnedString virStoragePoolGetXMLDesc(void *pool, unsigned int flags)",
  "int virStoragePoolIsActive(void *pool)",
  "int virStoragePoolCreate(void *pool, unsigned int flags)",
  "int virStoragePoolListAllVolumes(void *pool, _Out_ void **volumes, unsigned int flags)",
  "int virStoragePoolFree(void *pool)",

  "void *virStorageVolLookupByName(void *pool, const char *name)",
  "void *virStorageVolCreateXML(void *pool, const char *xml, unsigned int flags)",
  "void *virStorageVolCreateXMLFrom(void *pool, const char *xml, void *clonedVolume, unsigned int flags)",
  "const char *virStorageVolGetName(void *volume)",
  "OwnedString virStorageVolGetXMLDesc(void *volume, unsigned int flags)",
  "OwnedString virStorageVolGetPath(void *volume)",
  "int virStorageVolGetInfo(void *volume, _Out_ virStorageVolInfo *info)",
  "int virStorageVolResize(void *volume, uint64_t capacity, unsigned int flags)",
  "int virStorageVolUpload(void *volume, void *stream, uint64_t offset, uint64_t length, unsigned int flags)",
  "int virStorageVolDownload(void *volume, void *stream, uint64_t offset, uint64_t length, unsigned int flags)",
  "int virStorageVolDelete(void *volume, unsigned int flags)",
  "int virStorageVolFree(void *volume)",

  "void *virStreamNew(void *connection, unsigned int flags)",
  "int virStreamSend(void *stream, const void *data, size_t size)",
  "int virStreamRecv(void *stream, void *data, size_t size)",
  "int virStreamFinish(void *stream)",
  "int virStreamAbort(void *stream)",
  "int virStreamFree(void *stream)",
] as const;

/** What libvirt offers for QEMU alone stands in a library of its own. */
export const LIBVIRT_QEMU_PROTOTYPES = [
  "int virDomainQemuMonitorCommand(void *domain, const char *command, _Out_ OwnedString *result, unsigned int flags)",
] as const;

type NameIn<Prototype> = Prototype extends `${string}vir${infer Rest}(${string}`
  ? `vir${Rest}`
  : never;
export type FunctionName = NameIn<
  (typeof LIBVIRT_PROTOTYPES)[number] | (typeof LIBVIRT_QEMU_PROTOTYPES)[number]
>;

export function nameIn(prototype: string): string {
  return /\b(vir\w+)\(/.exec(prototype)?.[1] ?? "";
}
