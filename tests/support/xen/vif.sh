#!/bin/sh
# Called by xl for a guest's network interface: joins it to the bridge.
export PATH=$HOST_PATH LD_LIBRARY_PATH=$HOST_LIBRARIES
case "$1" in
online | add)
	ip link set "$vif" up
	brctl addif xenbr0 "$vif"
	xenstore-write "$XENBUS_PATH/hotplug-status" connected
	;;
esac
exit 0
