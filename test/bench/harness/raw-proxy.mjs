// The floor for a gateway on node:http: a reverse proxy that keeps connections alive and pipes bytes, reads nothing.
//   node raw-proxy.mjs [--port 0] --upstream URL        prints its URL when it listens
import http from 'node:http';
import { parseArgs } from './args.mjs';

const a = parseArgs(process.argv.slice(2), { port: 0, host: '127.0.0.1', upstream: 'http://127.0.0.1:9100' });
const up = new URL(a.upstream);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 1024, noDelay: true });

const server = http.createServer((req, res) => {
  const headers = { ...req.headers, host: up.host };
  delete headers.connection;
  const out = http.request({ host: up.hostname, port: up.port, method: req.method, path: req.url, headers, agent }, (answer) => {
    const h = { ...answer.headers };
    delete h.connection; delete h['keep-alive']; delete h['transfer-encoding'];
    res.writeHead(answer.statusCode, h);
    answer.pipe(res);
  });
  out.on('error', (e) => { if (!res.headersSent) res.writeHead(502); res.end(e.message); });
  res.on('close', () => { if (!res.writableEnded) out.destroy(); });
  req.pipe(out);
});
server.keepAliveTimeout = 60000;
server.listen(a.port, a.host, 4096, () => console.log(`http://${a.host}:${server.address().port}`));
