// SPDX-License-Identifier: GPL-2.0
/* Private VLANs: the map from VLANs to filtering ids. */
#include "pvlan.h"

/**
 * vsw_fids_init() - no VLAN is private
 * @fids: the map
 */
void vsw_fids_init(struct vsw_fids *fids)
{
	u32 vid;

	for (vid = 0; vid < VLAN_N_VID; vid++) {
		fids->fid[vid] = vid;
		fids->next[vid] = vid;
	}
}

static bool is_secondary(const struct vsw_fids *fids, u16 vid)
{
	return fids->fid[vid] != vid;
}

static bool is_primary(const struct vsw_fids *fids, u16 vid)
{
	return !is_secondary(fids, vid) && fids->next[vid] != vid;
}

static int add_secondary(struct vsw_fids *fids, u16 primary, u16 vid)
{
	if (fids->fid[vid] == primary)
		return 0;
	if (is_secondary(fids, vid))
		return -EEXIST;
	if (is_primary(fids, vid))
		return -EINVAL;
	fids->fid[vid] = primary;
	fids->next[vid] = fids->next[primary];
	fids->next[primary] = vid;
	return 0;
}

/**
 * vsw_fids_add() - enter what a port says of its private VLAN
 * @fids: the map
 * @vlan: settings of the port; nothing is entered when it is in none
 *
 * Return: 0; -EEXIST when a VLAN would be secondary to two primary ones;
 * -EINVAL when one would be both primary and secondary. Which of the ports is
 * entered first makes no difference to whether there is an error.
 */
int vsw_fids_add(struct vsw_fids *fids, const struct vsw_vlan *vlan)
{
	u32 vid;
	int err;

	if (!vlan->pvlan)
		return 0;
	if (is_secondary(fids, vlan->primary))
		return -EINVAL;
	if (vlan->pvid != vlan->primary)
		return add_secondary(fids, vlan->primary, vlan->pvid);

	for_each_set_bit(vid, vlan->set->members, VLAN_N_VID) {
		err = vid == vlan->primary ? 0 :
		      add_secondary(fids, vlan->primary, vid);
		if (err)
			return err;
	}
	return 0;
}

/**
 * vsw_fids_share() - can addresses of a FID be behind a port?
 * @fids: the map
 * @vlan: settings of the port
 * @fid: the FID; a VLAN that is none has no addresses
 *
 * Return: true if the port sends on, or receives, any VLAN of it.
 */
bool vsw_fids_share(const struct vsw_fids *fids, const struct vsw_vlan *vlan,
		    u16 fid)
{
	u16 vid = fid;

	if (is_secondary(fids, fid))
		return false;
	do {
		if (vsw_vlan_carries(vlan, vid))
			return true;
		vid = fids->next[vid];
	} while (vid != fid);
	return false;
}

static u16 fid_of(const struct vsw_fids *fids, u16 vid)
{
	return fids ? fids->fid[vid] : vid;
}

/**
 * vsw_fids_diff() - which FIDs have lost a VLAN?
 * @old: the map before, NULL when no VLAN was private
 * @new: the map now, likewise
 * @left: a cleared bitmap of VLAN_N_VID; set to the FIDs, as they were before
 *
 * Addresses there may have been those of a VLAN that has gone elsewhere.
 *
 * Return: true if there are any.
 */
bool vsw_fids_diff(const struct vsw_fids *old, const struct vsw_fids *new,
		   unsigned long *left)
{
	bool any = false;
	u32 vid;

	for (vid = 0; vid < VLAN_N_VID; vid++) {
		if (fid_of(old, vid) == fid_of(new, vid))
			continue;
		__set_bit(fid_of(old, vid), left);
		any = true;
	}
	return any;
}
