/**
 * The server's settings, for one machine that it shares with everything else.
 *
 * @param socketFolder where its socket is: there is no TCP port
 * @param durable whether anything waits for the disk
 */
export function settings(socketFolder: string, durable: boolean): string[] {
  const all = {
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    max_connections: '40',
    shared_buffers: '64MB',
    work_mem: '8MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '1GB',
    // Nothing replicates it: what a new table gets in the transaction that makes it needs no log.
    wal_level: 'minimal',
    max_wal_senders: '0',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    // One process less for each of its three workers; the files are mostly in the system's cache.
    io_method: 'sync',
    jit: 'off',
    random_page_cost: '1.1',
    // Rows change soon after they come: a small table is vacuumed before it has grown.
    autovacuum_naptime: '10s',
    client_connection_check_interval: '5s',
    // Errors quote values, which are personal, so the server writes down only what concerns itself.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_autovacuum_min_duration: '-1',
    log_line_prefix: '',
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
