"""The same training steps and attacks in PyTorch, timed on request.

Reads one JSON object a line: {"task": "step" | "attack", "model": ..., "batch": ..., "seconds": ...} and answers with
one: {"ms": [wall time of each step in milliseconds], "cpu": [CPU time of each]}. The number of threads is the first argument,
the device ("cpu" or "cuda") the second. On a card, steps are timed twenty at a time, so that it is not made to wait for each.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

threads = int(sys.argv[1])
device = sys.argv[2] if len(sys.argv) > 2 else "cpu"
together = 20 if device == "cuda" else 1
torch.set_num_threads(threads)
torch.manual_seed(0)


class Network(nn.Module):
    """Layers, and the outputs after each activation function."""

    def __init__(self, convs, dense):
        super().__init__()
        self.convs = nn.ModuleList([conv for conv, _ in convs])
        self.pools = [pool for _, pool in convs]
        self.dense = nn.ModuleList(dense)

    def forward(self, x):
        outputs = []
        for conv, pool in zip(self.convs, self.pools):
            x = F.relu(conv(x))
            outputs.append(x)
            if pool is not None:
                x = pool(x, 2)
        x = x.flatten(1)
        for layer in self.dense[:-1]:
            x = F.relu(layer(x))
            outputs.append(x)
        return self.dense[-1](x), outputs


def dense(*sizes):
    return [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]


def build(name):
    conv = nn.Conv2d
    if name == "lenet5":
        return Network([(conv(1, 6, 5, padding=2), F.avg_pool2d), (conv(6, 16, 5), F.avg_pool2d)], dense(400, 120, 84, 10)), (1, 28, 28)
    if name == "mnist-cnn":
        return Network([(conv(1, 32, 3), None), (conv(32, 64, 3), F.max_pool2d)], dense(9216, 512, 84, 10)), (1, 28, 28)
    convs = [(conv(3, 32, 3, padding=1), None), (conv(32, 32, 3), F.max_pool2d), (conv(32, 64, 3, padding=1), None), (conv(64, 64, 3), F.max_pool2d)]
    return Network(convs, dense(2304, 512, 256, 128, 128, 84, 10)), (3, 32, 32)


def entropy(h):
    return -(h * torch.log(h.clamp_min(1e-12))).flatten(1).sum(1)


def training_step(name, batch):
    network, shape = build(name)
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, eps=1e-7, foreach=False)
    x, labels = torch.rand(batch, *shape, device=device), torch.randint(0, 10, (batch,), device=device)

    def step():
        optimizer.zero_grad(set_to_none=True)
        logits, outputs = network(x)
        flow = (entropy(outputs[0]) - entropy(F.softmax(logits, 1))) / len(outputs)
        loss = F.cross_entropy(logits, labels) + 1e-3 * (flow.mean() - 40) ** 2
        loss.backward()
        optimizer.step()

    return step


def attack_step(name, batch):
    network, shape = build(name)
    network.to(device)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    x0, labels = torch.rand(batch, *shape, device=device), torch.randint(0, 10, (batch,), device=device)
    state = {"x": x0.clone()}

    def step():
        x = state["x"].detach().requires_grad_(True)
        loss = F.cross_entropy(network(x)[0], labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
        moved = x.detach() + 0.01 * gradient.sign()
        state["x"] = torch.max(torch.min(moved, x0 + 0.3), x0 - 0.3).clamp_(0, 1)

    return step


def timed(step, seconds):
    wall, cpu = [], []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(wall) < 3:
        start, start_cpu = time.perf_counter(), time.process_time()
        for _ in range(together):
            step()
        if device == "cuda":
            torch.cuda.synchronize()
        wall.append((time.perf_counter() - start) * 1e3 / together)
        cpu.append((time.process_time() - start_cpu) * 1e3 / together)
    return {"ms": wall, "cpu": cpu}


steps = {}
for line in sys.stdin:
    request = json.loads(line)
    key = (request["task"], request["model"], request["batch"])
    if key not in steps:
        steps[key] = (attack_step if request["task"] == "attack" else training_step)(request["model"], request["batch"])
        timed(steps[key], 0.3)
    print(json.dumps(timed(steps[key], request["seconds"])), flush=True)
