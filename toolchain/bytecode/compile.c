/*
 * Compiles JavaScript to QuickJS's bytecode. Runs on the host as WebAssembly, so that it is the same
 * program on every machine and reaches nothing there; the guest has no parser.
 */
#include <quickjs.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(name)))

enum kind { KIND_SCRIPT, KIND_MODULE };

static char *result;
static size_t result_length;

/* Names of files, by the numbers of position_of(). */
static const char **files;
static int file_count;

const char *position_file(int file)
{
	return file < file_count ? files[file] : "";
}

/* Memory for the host to write a string to. */
EXPORT("allocate") char *allocate(size_t length)
{
	return malloc(length);
}

/* The next file of position_of(). */
EXPORT("add_file") void add_file(const char *name)
{
	files = realloc(files, (size_t)(file_count + 1) * sizeof(*files));
	files[file_count++] = name;
}

static void keep_result(const void *bytes, size_t length)
{
	result = malloc(length);
	result_length = length;
	memcpy(result, bytes, length);
}

static void keep_error(JSContext *context)
{
	JSValue error = JS_GetException(context);
	JSValue stack = JS_GetPropertyStr(context, error, "stack");
	const char *message = JS_ToCString(context, error), *place = JS_ToCString(context, stack);

	keep_result(message, strlen(message) + 1 + strlen(place));
	result[strlen(message)] = '\n';
	memcpy(result + strlen(message) + 1, place, strlen(place));
	/* The process ends with this; nothing is freed. */
}

/* 0: bytecode, 1: an error's text, at result_start(), result_size() bytes. Source and name end
 * with NUL. */
EXPORT("compile") int compile(const char *source, size_t length, const char *name, int kind,
			       int without_positions)
{
	JSRuntime *runtime = JS_NewRuntime();
	JSContext *context = JS_NewContext(runtime);
	int flags = kind == KIND_MODULE ? JS_EVAL_TYPE_MODULE : JS_EVAL_TYPE_GLOBAL;

	/* WebAssembly's own stack ends an endless recursion. */
	JS_SetMaxStackSize(runtime, 0);
	JSValue compiled = JS_Eval(context, source, length, name, flags | JS_EVAL_FLAG_COMPILE_ONLY);

	if (JS_IsException(compiled)) {
		keep_error(context);
		return 1;
	}
	size_t size;
	int left_out = without_positions ? JS_WRITE_OBJ_STRIP_DEBUG : JS_WRITE_OBJ_STRIP_SOURCE;
	uint8_t *bytecode =
		JS_WriteObject(context, &size, compiled, JS_WRITE_OBJ_BYTECODE | left_out);

	if (bytecode == NULL) {
		keep_error(context);
		return 1;
	}
	keep_result(bytecode, size);
	return 0;
}

EXPORT("result_start") char *result_start(void)
{
	return result;
}

EXPORT("result_size") size_t result_size(void)
{
	return result_length;
}
