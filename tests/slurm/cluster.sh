#!/usr/bin/env bash
# A real SLURM on this machine, for the tests: controller, accounting, two nodes, loopback only.
#
#   tests/slurm/cluster.sh start   install what is missing, start, wait until the nodes are idle
#   tests/slurm/cluster.sh stop    cancel the jobs, stop what `start` started, by its pid
#   tests/slurm/cluster.sh conf    print the path for SLURM_CONF, which the tests need
#
# For Debian or Ubuntu, as root. Everything is in LASER_SWEEP_SLURM, by default
# /var/tmp/laser_sweep-slurm; what that folder's run/*.pid name is all that is ever stopped.
set -euo pipefail

root=${LASER_SWEEP_SLURM:-/var/tmp/laser_sweep-slurm}
port=${LASER_SWEEP_SLURM_PORT:-27817}
nodes=(n1 n2)
packages=(slurm-wlm slurmdbd munge mariadb-server-core mariadb-client-core)
run=$root/run logs=$root/log
munge=$run/munge.socket
export SLURM_CONF=$root/etc/slurm.conf

fail() { echo "cluster.sh: $*" >&2; exit 1; }

# Whether run/NAME.pid names a process that lives and is that program (a pid may be reused).
lives() {
    local pid
    pid=$(cat "$run/$1.pid" 2>/dev/null) || return 1
    [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ] && ! grep -q '^State:\sZ' "/proc/$pid/status"
}

# until_true SECONDS WHAT COMMAND...
until_true() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "$what did not come up; see $logs"
        sleep 0.1
    done
}

install_packages() {
    dpkg-query --show "${packages[@]}" >/dev/null 2>&1 && return
    # The packages would start services of their own.
    local policy=/usr/sbin/policy-rc.d ours=
    [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; ours=1; }
    {
        apt-get update
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}"
    } >"$logs/apt.log" 2>&1 || { tail -5 "$logs/apt.log" >&2; fail "packages not installed"; }
    [ -z "$ours" ] || rm $policy
}

write_configuration() {
    local host memory number=0
    host=$(hostname -s)
    getent hosts "$host" >/dev/null || fail "the host name $host does not resolve; add it to /etc/hosts"
    memory=$(awk '/^MemTotal/ { print int($2 / 1024 * 0.4) }' /proc/meminfo)
    # Signals reach a preempted job first; a node that is silent is down soon, and up again by
    # itself; a requeued job waits cred_expire seconds, which KillWait has to stay well below.
    cat >"$SLURM_CONF" <<END
ClusterName=tests
SlurmctldHost=$host
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$munge,cred_expire=10
KillWait=3
StateSaveLocation=$root/state
SlurmctldPidFile=$run/slurmctld.pid
SlurmctldLogFile=$logs/slurmctld.log
SlurmdSpoolDir=$root/spool/%n
SlurmdPidFile=$run/slurmd-%n.pid
SlurmdLogFile=$logs/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=$host
AccountingStoragePort=$((port + 2))
AccountingStoragePass=$munge
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=1024
EnforcePartLimits=ALL
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SlurmctldParameters=preempt_send_user_signal
JobRequeue=1
SlurmdTimeout=15
ReturnToService=2
SlurmdParameters=config_overrides
PartitionName=main Nodes=ALL Default=YES PriorityTier=1 GraceTime=10
PartitionName=high Nodes=ALL PriorityTier=2 PreemptMode=OFF
END
    for node in "${nodes[@]}"; do
        number=$((number + 1))
        echo "NodeName=$node NodeHostname=$host Port=$((port + 100 + number)) CPUs=2 RealMemory=$memory"
    done >>"$SLURM_CONF"
    (
        umask 077 # slurmdbd insists on it
        cat >"$root/etc/slurmdbd.conf" <<END
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$munge
DbdHost=$host
DbdPort=$((port + 2))
CommunicationParameters=NoInAddrAny
PidFile=$run/slurmdbd.pid
LogFile=$logs/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=root
END
        [ -s "$root/munge.key" ] || head -c 1024 /dev/urandom >"$root/munge.key"
    )
}

start_database() {
    lives mariadbd mariadbd && return
    [ -d "$root/mysql" ] || mariadb-install-db --no-defaults --user=root --datadir="$root/mysql" \
        --auth-root-authentication-method=socket --auth-root-socket-user=root \
        >"$logs/mariadbd.log" 2>&1
    setsid mariadbd --no-defaults --user=root --datadir="$root/mysql" --skip-networking \
        --socket="$run/mysqld.sock" --pid-file="$run/mariadbd.pid" \
        </dev/null >>"$logs/mariadbd.log" 2>&1 &
    until_true 60 mariadbd test -S "$run/mysqld.sock"
}

is_usable() { sinfo --noheader --nodes="$1" --partition=main --format=%t | grep -qxE 'idle|mix|alloc|comp'; }

start() {
    [ "$(id -u)" = 0 ] || fail "expected root"
    mkdir -p "$root"/{etc,run,log,state,spool}
    install_packages
    write_configuration
    lives munged munged || munged --force --origin=127.0.0.1 --socket="$munge" \
        --pid-file="$run/munged.pid" --key-file="$root/munge.key" \
        --seed-file="$root/munge.seed" --log-file="$logs/munged.log"
    until_true 20 munged munge --socket="$munge" --no-input
    start_database
    # It finds MariaDB by its socket.
    lives slurmdbd slurmdbd || MYSQL_UNIX_PORT=$run/mysqld.sock slurmdbd
    until_true 60 slurmdbd sacctmgr --noheader list cluster
    lives slurmctld slurmctld || slurmctld
    until_true 60 slurmctld scontrol ping
    for node in "${nodes[@]}"; do
        lives "slurmd-$node" slurmd || slurmd -N "$node"
        is_usable "$node" || scontrol update "nodename=$node" state=resume 2>/dev/null || true
    done
    for node in "${nodes[@]}"; do until_true 60 "$node" is_usable "$node"; done
    # Where no other cluster is set up, its commands work without SLURM_CONF.
    [ -e /etc/slurm/slurm.conf ] || ln -sfn "$SLURM_CONF" /etc/slurm/slurm.conf
    echo "$(slurmctld -V) is up: $(sinfo --noheader --Node --partition=main --format='%N %t' | xargs)"
}

end() {
    local pid
    if lives "$1" "$2"; then
        pid=$(cat "$run/$1.pid")
        kill "$pid"
        for _ in $(seq 200); do lives "$1" "$2" || break; sleep 0.1; done
        if lives "$1" "$2"; then kill -9 "$pid"; fi
    fi
    rm -f "$run/$1.pid"
}

stop() {
    if lives munged munged && lives slurmctld slurmctld; then
        # Jobs would outlive their nodes.
        for state in PENDING RUNNING SUSPENDED; do scancel --state=$state || true; done
        for _ in $(seq 200); do [ -n "$(squeue --noheader)" ] || break; sleep 0.1; done
    fi
    for node in "${nodes[@]}"; do end "slurmd-$node" slurmd; done
    for daemon in slurmctld slurmdbd mariadbd munged; do end $daemon $daemon; done
    [ "$(readlink /etc/slurm/slurm.conf)" != "$SLURM_CONF" ] || rm /etc/slurm/slurm.conf
    [ ! -d "$root" ] || rm -rf "$root"
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    conf) echo "$SLURM_CONF" ;;
    *) fail "expected start, stop or conf" ;;
esac
