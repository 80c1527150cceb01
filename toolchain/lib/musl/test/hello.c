/* The smallest program: output is flushed when main() returns. */
#include <stdio.h>

int main(void)
{
	printf("%s", "SUC");
	printf("CESS");
	putchar('\n');
	return 0;
}
