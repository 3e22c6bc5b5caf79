/* SPDX-License-Identifier: GPL-2.0 */
/* Transactions: many changes of policy that take effect together. */
#ifndef _VSW_TXN_H
#define _VSW_TXN_H

#include <linux/types.h>

struct genl_info;
struct nlattr;
struct vsw_policy;
struct vsw_port;
struct vsw_profile_changes;
struct vsw_switch;

#define VSW_TXN_PER_NETNS 16

int vsw_txn_init(void);
void vsw_txn_uninit(void);
int vsw_txn_begin(struct genl_info *info, struct vsw_switch *sw, u32 *id);
/*
 * Change settings as a request says, or refuse and change nothing. @port: whose
 * they are; NULL if they are a profile's. @staged: changes of profiles that come
 * before; NULL without any. With them, nobody else knows the settings.
 */
typedef int vsw_txn_change(struct vsw_policy *policy,
			   const struct vsw_port *port, struct genl_info *info,
			   struct vsw_profile_changes *staged);

int vsw_txn_stage(struct genl_info *info, struct vsw_port *port,
		  const struct nlattr *id, vsw_txn_change *change);
struct vsw_profile_changes *vsw_txn_profiles(struct genl_info *info,
					     struct nlattr *id,
					     struct vsw_switch *sw);
void vsw_txn_profiles_end(void);
int vsw_txn_commit(struct genl_info *info, u32 id, u32 *generation);
int vsw_txn_abort(struct genl_info *info, u32 id);

#endif
