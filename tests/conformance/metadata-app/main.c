/* Says what it was told. */
#include <stdio.h>
#include <unistd.h>

extern char **environ;

int main(int count, char **arguments)
{
	for (int i = 1; i < count; i++)
		printf("argument %s\n", arguments[i]);
	for (char **variable = environ; *variable; variable++)
		printf("variable %s\n", *variable);
	puts("that is all");
	return 0;
}
