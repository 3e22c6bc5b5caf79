// SPDX-License-Identifier: GPL-2.0
/*
 * What the guest sees is in its ACL. Without one of an administrator's target core makes
 * one, with an entry for each LUN; and if it has no memory for an entry, it tells nobody
 * (core_tpg_add_node_to_devs()).
 */
#include <linux/err.h>
#include <linux/rculist.h>

#include "storvsp.h"

static bool has_entry(struct se_node_acl *acl, u64 number)
{
	const struct se_dev_entry *entry;
	bool has = false;

	rcu_read_lock();
	hlist_for_each_entry_rcu(entry, &acl->lun_entry_hlist, link) {
		if (entry->mapped_lun == number)
			has = true;
	}
	rcu_read_unlock();
	return has;
}

/**
 * storvsp_acl_dev() - the backstore behind what a guest sees as a LUN
 * @ctl: the controller, offered
 * @number: of the LUN
 *
 * Context: under rcu_read_lock(), as long as it is used.
 * Return: the backstore, or NULL.
 */
struct se_device *storvsp_acl_dev(struct storvsp_ctl *ctl, u64 number)
{
	const struct se_dev_entry *entry;

	hlist_for_each_entry_rcu(entry, &ctl->sess->se_node_acl->lun_entry_hlist,
				 link) {
		if (entry->mapped_lun == number)
			return rcu_dereference(entry->se_lun->lun_se_dev);
	}
	return NULL;
}

/**
 * storvsp_acl_shows() - has target core an entry for a LUN?
 * @ctl: the controller
 * @number: of the LUN, which is there
 *
 * Context: process.
 * Return: true if so, if that comes when the controller is enabled, or if an administrator
 * says what the guest sees.
 */
bool storvsp_acl_shows(struct storvsp_ctl *ctl, u64 number)
{
	struct se_node_acl *acl;
	bool shows;

	acl = core_tpg_get_initiator_node_acl(&ctl->tpg, ctl->initiator);
	if (!acl)
		return true;
	shows = !acl->dynamic_node_acl || has_entry(acl, number);
	target_put_nacl(acl);
	return shows;
}

static int check_entries(struct se_portal_group *tpg, struct se_session *sess,
			 void *private)
{
	struct se_node_acl *acl = sess->se_node_acl;
	struct storvsp_ctl *ctl = private;
	u32 i;

	if (!acl->dynamic_node_acl)
		return 0;
	for (i = 0; i < VSTOR_LUNS_MAX; i++) {
		if (storvsp_is_present(&ctl->luns[i]) && !has_entry(acl, i)) {
			WRITE_ONCE(ctl->forget_acl, true);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * storvsp_session() - what target core has of a guest
 * @ctl: its controller
 *
 * An ACL that is made now has all LUNs, or is not kept. One that was there before is: it
 * has the guest's registrations, and who has linked a LUN since knows whether it has that.
 *
 * Context: process; storvsp_ctl.lock held.
 * Return: the session, or -ENOMEM as a pointer.
 */
struct se_session *storvsp_session(struct storvsp_ctl *ctl)
{
	bool fresh = !target_tpg_has_node_acl(&ctl->tpg, ctl->initiator);
	struct se_session *sess;

	lockdep_assert_held(&ctl->lock);
	sess = target_setup_session(&ctl->tpg, STORVSP_DEPTH,
				    sizeof(struct storvsp_cmd),
				    TARGET_PROT_NORMAL, ctl->initiator, ctl,
				    fresh ? check_entries : NULL);
	WRITE_ONCE(ctl->forget_acl, false);
	/* No guest is refused: there was no memory for an ACL. */
	return sess == ERR_PTR(-EACCES) ? ERR_PTR(-ENOMEM) : sess;
}
