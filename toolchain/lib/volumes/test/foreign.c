// A disk that holds something else is neither used nor changed, and the guest does not start.
// machines: microvm pc xen linux
// disk: data 4M holding=another-file-system
// volume: data=/data
// expect: status 1
// expect: console "[unikernel] the volume /data (disk data) holds something that is no file system"
#include <stdio.h>

int main(void)
{
	puts("started");
	return 0;
}
