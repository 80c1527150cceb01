// An empty disk that may only be read cannot become a volume.
// machines: microvm pc xen linux
// disk: data 4M read-only
// volume: data=/data
// expect: status 1
// expect: console "is empty, and may not be written to"
#include <stdio.h>

int main(void)
{
	puts("started");
	return 0;
}
