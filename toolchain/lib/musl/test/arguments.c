/* Arguments come from the guest's configuration, and main()'s result reaches the host. */
// expect: status 41
// expect: console "1 of 1"
// expect: status 43 with one two
// expect: console "3 of 3 one two" with one two
#include <stdio.h>
#include <string.h>

int main(int count, char **arguments)
{
	int found = 0;
	while (arguments[found])
		found++;
	printf("%d of %d", found, count);
	for (int i = 1; i < count; i++)
		printf(" %s", arguments[i]);
	putchar('\n');
	return 40 + count;
}
