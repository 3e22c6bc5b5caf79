/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_BITFIELD_H
#define _SHIM_LINUX_BITFIELD_H

#define FIELD_GET(mask, v) (((v) & (mask)) >> __builtin_ctzl(mask))

#endif
