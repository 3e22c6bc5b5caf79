// SPDX-License-Identifier: GPL-2.0
/* What makes the KUnit suites beside this file a module. */
#include <linux/module.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of the pure logic of vswitch");
