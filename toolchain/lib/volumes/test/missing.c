// A volume without its disk.
// volume: data=/data
// expect: status 1
// expect: console "[unikernel] the volume /data (disk data) has no disk"
#include <stdio.h>

int main(void)
{
	puts("started");
	return 0;
}
