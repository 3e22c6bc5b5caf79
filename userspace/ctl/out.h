/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Output that is text or JSON, from the same calls, so that the two cannot
 * come to say different things.
 *
 * A call names a value twice: @key for JSON, @fmt for text. Where one of them
 * is NULL the value is left out of that form.
 */
#ifndef _VSWITCHCTL_OUT_H
#define _VSWITCHCTL_OUT_H

#include <stdbool.h>
#include <stdint.h>

void out_init(bool json, bool pretty);
bool out_is_json(void);

/* The list that a show prints: a JSON array even when it is empty. */
void out_list_begin(void);
void out_list_end(void);
/* Events: one JSON object a line, printed when it ends. */
void out_event_begin(void);
void out_event_end(void);

void out_object_begin(const char *key);
void out_object_end(void);
void out_array_begin(const char *key);
void out_array_end(void);

void out_str(const char *key, const char *fmt, const char *value);
void out_uint(const char *key, const char *fmt, uint64_t value);
/* Text says on or off, JSON true or false. */
void out_on_off(const char *key, const char *fmt, bool value);
void out_null(const char *key);
/* A new line of text that still is about the same; in events there is none. */
void out_break(void);
void out_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void out_flush(void);

#endif /* _VSWITCHCTL_OUT_H */
