#!/bin/busybox sh
# The first process of the Xen host's Linux: devices, network, Xen's daemons; then every TCP
# connection to port 2600 is a shell, and one to port 2601 a file whose path is the first line.
/bin/busybox --install -s /bin
export PATH=$HOST_PATH LD_LIBRARY_PATH=$HOST_LIBRARIES
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
mkdir -p /dev/pts /run/xen /run/lock
mount -t devpts pts /dev/pts
for module in $(cat /modules/order); do
	insmod /modules/$module.ko || echo "insmod $module failed"
done
mount -t xenfs xenfs /proc/xen

brctl addbr xenbr0
brctl addif xenbr0 eth0
ip addr add $address dev xenbr0
for device in lo eth0 xenbr0; do
	ip link set $device up
done

# The guests' consoles become files.
xenstored --pid-file /run/xen/xenstored.pid && xen-init-dom0 >/dev/null &&
	xenconsoled --log=guest --log-dir=/var/log/xen/console --pid-file=/run/xenconsoled.pid ||
	echo "[host] failed"

if [ -x /usr/sbin/libvirtd ]; then
	libvirtd --listen >/var/log/libvirtd.log 2>&1 &
	until netstat -ltn | grep -q :16509; do
		sleep 0.1
		kill -0 $! || { cat /var/log/libvirtd.log; echo "[host] failed"; break; }
	done
fi
nc -ll -p 2601 -e /bin/receive </dev/null &
nc -ll -p 2600 -e /bin/sh </dev/null &
echo "[host] ready"
while :; do
	sleep 1000
done
