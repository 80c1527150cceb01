/* Requests into JavaScript, answers out of it. */
#include "function.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes as a string in which each byte is a character, as the Fetch standard says of headers. */
static JSValue byte_string(JSContext *context, const char *bytes, size_t length)
{
	size_t beyond_ascii = 0;

	for (size_t i = 0; i < length; i++)
		beyond_ascii += (unsigned char)bytes[i] >> 7;
	if (beyond_ascii == 0)
		return JS_NewStringLen(context, bytes, length);
	char *text = malloc(length + beyond_ascii), *at = text;

	if (text == NULL)
		return JS_ThrowOutOfMemory(context);
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte < 0x80) {
			*at++ = (char)byte;
		} else {
			*at++ = (char)(0xc0 | byte >> 6);
			*at++ = (char)(0x80 | (byte & 0x3f));
		}
	}
	JSValue string = JS_NewStringLen(context, text, (size_t)(at - text));

	free(text);
	return string;
}

/* "name:value\n" for each header: one string, which is taken apart only when a handler asks. */
static JSValue headers_text(JSContext *context, const struct httpd_request *request)
{
	struct httpd_text name, value;
	size_t length = 0;

	for (size_t place = 0; httpd_header_at(request, place, &name, &value); place++)
		length += name.length + value.length + 2;
	char *text = malloc(length + 1), *at = text;

	if (text == NULL)
		return JS_ThrowOutOfMemory(context);
	for (size_t place = 0; httpd_header_at(request, place, &name, &value); place++) {
		memcpy(at, name.start, name.length);
		at += name.length;
		*at++ = ':';
		memcpy(at, value.start, value.length);
		at += value.length;
		*at++ = '\n';
	}
	JSValue string = byte_string(context, text, length);

	free(text);
	return string;
}

void requests_handle(const struct httpd_request *request, struct httpd_response *response,
		     void *argument)
{
	JSContext *context = engine.context;
	struct httpd_text target = httpd_target(request);
	const char *host = httpd_header(request, "host");
	size_t body_length;
	const void *body = httpd_body(request, &body_length);
	JSValue pending = JS_NewObject(context);
	JSValue arguments[] = {
		pending,
		JS_NewString(context, httpd_method(request)),
		byte_string(context, target.start, target.length),
		JS_NewString(context, host != NULL ? host : "localhost"),
		headers_text(context, request),
		body_length > 0 ? JS_NewArrayBufferCopy(context, body, body_length) : JS_UNDEFINED,
	};
	const int count = sizeof(arguments) / sizeof(arguments[0]);

	(void)argument;
	engine.current = response;
	JSValue result = JS_Call(context, engine.dispatch, JS_UNDEFINED, count, arguments);

	if (JS_IsException(result))
		jobs_report_exception();
	JS_FreeValue(context, result);
	jobs_run();
	if (engine.current != NULL) {
		/* It waits for something: the script answers by this number. */
		struct httpd_response *deferred = httpd_defer(response);

		JS_SetPropertyStr(context, pending, "id",
				  JS_NewInt64(context, (int64_t)(uintptr_t)deferred));
		engine.current = NULL;
	}
	for (int i = 0; i < count; i++)
		JS_FreeValue(context, arguments[i]);
}

/* Adds the headers of an array of names and values; the value of Content-Type is kept apart. False
 * with an exception. */
static bool add_headers(JSContext *context, struct httpd_response *response, JSValueConst headers,
			const char **content_type)
{
	int64_t count;
	bool is_fine = JS_GetLength(context, headers, &count) == 0;

	for (int64_t i = 0; is_fine && i + 1 < count; i += 2) {
		JSValue name = JS_GetPropertyUint32(context, headers, (uint32_t)i);
		JSValue value = JS_GetPropertyUint32(context, headers, (uint32_t)i + 1);
		const char *name_text = JS_ToCString(context, name);
		const char *value_text = JS_ToCString(context, value);

		JS_FreeValue(context, name);
		JS_FreeValue(context, value);
		is_fine = name_text != NULL && value_text != NULL;
		if (is_fine && *content_type == NULL && strcmp(name_text, "content-type") == 0) {
			*content_type = value_text;
			value_text = NULL;
		} else if (is_fine && !httpd_add_header(response, name_text, value_text)) {
			JS_ThrowRangeError(context,
					   "no room for the header \"%s\": all of them have 2 KiB",
					   name_text);
			is_fine = false;
		}
		JS_FreeCString(context, name_text);
		JS_FreeCString(context, value_text);
	}
	return is_fine;
}

JSValue requests_respond(JSContext *context, JSValueConst self, int count, JSValueConst *arguments)
{
	const char *content_type = NULL, *text = NULL;
	int64_t id;
	int32_t status;

	(void)self;
	(void)count;
	if (JS_ToInt64(context, &id, arguments[0]) != 0 ||
	    JS_ToInt32(context, &status, arguments[1]) != 0)
		return JS_EXCEPTION;
	struct httpd_response *response =
		id == 0 ? engine.current : (struct httpd_response *)(uintptr_t)id;

	if (response == NULL)
		return JS_ThrowInternalError(context, "there is no request to answer");
	if (!add_headers(context, response, arguments[2], &content_type)) {
		JS_FreeCString(context, content_type);
		return JS_EXCEPTION;
	}
	const void *body = "";
	size_t length = 0;

	if (JS_IsString(arguments[3]))
		body = text = JS_ToCStringLen(context, &length, arguments[3]);
	else if (JS_IsArrayBuffer(arguments[3]))
		body = JS_GetArrayBuffer(context, &length, arguments[3]);
	else if (!JS_IsUndefined(arguments[3]))
		body = JS_GetUint8Array(context, &length, arguments[3]);
	if (body != NULL || length == 0) {
		if (id == 0)
			engine.current = NULL;
		httpd_respond(response, status, content_type, body, length);
	}
	JS_FreeCString(context, content_type);
	JS_FreeCString(context, text);
	return body != NULL || length == 0 ? JS_UNDEFINED : JS_EXCEPTION;
}
