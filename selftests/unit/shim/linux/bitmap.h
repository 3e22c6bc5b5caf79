/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_LINUX_BITMAP_H
#define _SHIM_LINUX_BITMAP_H

#include <linux/types.h>

#define BITS_PER_LONG 64
#define DECLARE_BITMAP(name, bits) unsigned long name[(bits) / BITS_PER_LONG]

static inline bool test_bit(unsigned long nr, const unsigned long *map)
{
	return map[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG) & 1;
}

static inline void __assign_bit(unsigned long nr, unsigned long *map, bool on)
{
	map[nr / BITS_PER_LONG] &= ~BIT(nr % BITS_PER_LONG);
	if (on)
		map[nr / BITS_PER_LONG] |= BIT(nr % BITS_PER_LONG);
}

static inline void __set_bit(unsigned long nr, unsigned long *map)
{
	__assign_bit(nr, map, true);
}

static inline void __clear_bit(unsigned long nr, unsigned long *map)
{
	__assign_bit(nr, map, false);
}

static inline unsigned long find_first_bit(const unsigned long *map,
					   unsigned long bits)
{
	unsigned long i = 0;

	while (i < bits && !test_bit(i, map))
		i++;
	return i;
}

static inline unsigned long find_next_bit(const unsigned long *map,
					  unsigned long bits,
					  unsigned long from)
{
	while (from < bits && !test_bit(from, map))
		from++;
	return from;
}

#define for_each_set_bit(bit, map, bits)			\
	for ((bit) = find_first_bit((map), (bits));		\
	     (bit) < (bits);					\
	     (bit) = find_next_bit((map), (bits), (bit) + 1))

static inline void bitmap_set(unsigned long *map, unsigned int start,
			      unsigned int n)
{
	while (n--)
		__set_bit(start++, map);
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from,
			       unsigned int bits)
{
	memcpy(to, from, bits / 8);
}

static inline unsigned int bitmap_weight(const unsigned long *map,
					 unsigned int bits)
{
	unsigned int i, n = 0;

	for (i = 0; i < bits; i++)
		n += test_bit(i, map);
	return n;
}

#endif
