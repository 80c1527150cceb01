// The smallest application: prints its arguments and exits.
#include <stdio.h>

int main(int argument_count, char **arguments)
{
	printf("Hello from a unikernel\n");
	for (int index = 1; index < argument_count; index++)
		printf("argument %d: %s\n", index, arguments[index]);
	return 0;
}
