// Loaded with --require before AWS's runtime client. Its native part (built with cmake at install) only carries three
// calls of the Runtime API; plain HTTP does the same, so that nothing has to be compiled. Streamed answers never touch
// it: the client sends them with node:http itself.
const Module = require('node:module');
const http = require('node:http');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function post(path, body, headers = {}) {
  const request = http.request({
    hostname,
    port,
    method: 'POST',
    path: `/2018-06-01/runtime/${path}`,
    headers,
  });
  request.on('error', (error) => console.error('runtime api', error));
  request.end(body);
}

const client = {
  initializeClient() {},
  next() {
    throw new Error('next() goes over HTTP: set AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1=true');
  },
  done: (id, body) => post(`invocation/${id}/response`, body),
  error: (id, body) => post(`invocation/${id}/error`, body),
};

const load = Module._load;
Module._load = function (request, ...rest) {
  return request === './rapid-client.node' ? client : load.call(this, request, ...rest);
};
