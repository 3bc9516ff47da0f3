"""Loads what `entropic export` wrote in PyTorch, repeats FGSM and PGD, and holds the results against the lab's.

    python3 tools/peers/attack_export.py FOLDER [--examples 200] [--json]

Needs PyTorch and NumPy. Checks network.onnx and gradient.onnx with the ONNX checker, and computes a few images with
network.onnx, where the package onnx is installed. Ends with 1 where something does not agree.

The attacks repeated are those of the run (run.json) whose plugin is fgsm or pgd, in linf or l2, on the cross-entropy of the
logits, one restart, final iterate. Without a random start the success rates must agree within one image in a hundred
(float32 sums are added in another order); with one they must lie in each other's 95 % interval.
"""
import argparse
import json
import math
import struct
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "elu": F.elu, "softplus": F.softplus}
DTYPES = {"F32": np.float32, "I32": np.int32, "U8": np.uint8}
# For each of the lab's networks: (convolution, padding, pool after it), then the dense layers before the logits.
NETWORKS = {
    "lenet5": ([("conv2d_1", 2, F.avg_pool2d), ("conv2d_2", 0, F.avg_pool2d)], 2),
    "mnist-cnn": ([("conv2d_1", 0, None), ("conv2d_2", 0, F.max_pool2d)], 2),
    "cifar-cnn": ([("conv2d_1", 1, None), ("conv2d_2", 0, F.max_pool2d), ("conv2d_3", 1, None), ("conv2d_4", 0, F.max_pool2d)], 5),
}


def read_safetensors(path):
    """Arrays by name: 8 bytes of header length, a JSON header, the data."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    return {
        name: np.frombuffer(body[entry["data_offsets"][0] : entry["data_offsets"][1]], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        for name, entry in header.items()
    }


def load_network(folder):
    """A function from images [batch, channels, height, width] to logits [batch, classes]."""
    about = json.loads((folder / "network.json").read_text())
    weights = {name: torch.from_numpy(values.copy()) for name, values in read_safetensors(folder / "weights.safetensors").items()}
    if about["architecture"] not in NETWORKS:
        sys.exit(f"expected one of {', '.join(NETWORKS)}, got {about['architecture']}. Attack network.onnx and gradient.onnx instead.")
    convolutions, hidden = NETWORKS[about["architecture"]]
    options = about["options"]
    activation = ACTIVATIONS[options.get("activation", "relu")]

    def logits(x):
        for name, padding, pool in convolutions:
            if options.get("padding") == "valid":
                padding = 0
            # [height, width, in, out] -> [out, in, height, width]
            kernel = weights[f"{name}/kernel"].permute(3, 2, 0, 1)
            x = activation(F.conv2d(x, kernel, weights[f"{name}/bias"], padding=padding))
            if pool is not None:
                x = pool(x, 2)
        # The lab flattens images that lie channels last.
        x = x.permute(0, 2, 3, 1).flatten(1)
        for i in range(hidden):
            x = activation(x @ weights[f"dense_{i + 1}/kernel"] + weights[f"dense_{i + 1}/bias"])
        return (x @ weights["logits/kernel"] + weights["logits/bias"]) * about["logitScale"]

    return logits, about


def load_examples(folder, count):
    examples = read_safetensors(folder / "examples.safetensors")
    images = examples["images"][:count]
    pixels = images.astype(np.float32) / np.float32(255) if images.dtype == np.uint8 else images
    return torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy()), torch.from_numpy(examples["labels"][:count].astype(np.int64))


def length(v):
    return v.flatten(1).norm(dim=1).clamp_min(1e-12).view(-1, 1, 1, 1)


def attack(logits, images, labels, how):
    """Ascent on the summed cross-entropy, projected onto the threat model, clipped to the pixels' bounds."""
    epsilon, l2, (low, high) = how["epsilon"], how["norm"] == "l2", how["bounds"]
    x = images.clone()
    if how["randomStart"] and l2:
        direction = torch.randn_like(x)
        radius = torch.rand(len(x), 1, 1, 1) ** (1 / x[0].numel())
        x = (x + epsilon * radius * direction / length(direction)).clamp(low, high)
    elif how["randomStart"]:
        x = (x + (2 * torch.rand_like(x) - 1) * epsilon).clamp(low, high)
    for _ in range(how["steps"]):
        x = x.detach().requires_grad_()
        F.cross_entropy(logits(x), labels, reduction="sum").backward()
        along = x.grad / length(x.grad) if l2 else x.grad.sign()
        change = x.detach() + how["stepSize"] * along - images
        change = change * (epsilon / length(change)).clamp(max=1) if l2 else change.clamp(-epsilon, epsilon)
        x = (images + change).clamp(low, high)
    return x.detach()


def repeatable(result):
    """The attack of a recorded result as this script does it, or None."""
    options = result["options"]
    if result["plugin"] not in ("fgsm", "pgd") or result["norm"] not in ("linf", "l2") or result.get("target") or result["shown"] != "logits":
        return None
    if options.get("objective", "crossEntropy") != "crossEntropy" or options.get("restarts", 1) != 1 or options.get("judge", "final") != "final":
        return None
    step = options.get("stepSize", 1)
    unit = 1 if options.get("stepSizeUnit") == "pixels" else result["epsilon"]
    return {
        "norm": result["norm"], "epsilon": result["epsilon"], "steps": options.get("steps", 1) if result["plugin"] == "pgd" else 1,
        "stepSize": step * unit, "randomStart": options.get("randomStart", False),
    }


def interval(count, of):
    """95 % Wilson interval."""
    z, p = 1.96, count / of
    middle, spread = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def compare(folder, count):
    logits, about = load_network(folder)
    run = json.loads((folder / "run.json").read_text())
    images, labels = load_examples(folder, count)
    with torch.no_grad():
        correct = logits(images).argmax(1) == labels
    rows = []
    for result in run["evaluation"]["attacks"]:
        how = repeatable(result)
        if how is None:
            continue
        recorded = result["perExample"]
        n = min(len(images), result["examples"])
        # The attacks of a run are on its first test images, as are the examples.
        ours = sum(outcome == "found" for outcome in recorded["outcome"][:n]), sum(outcome != "skippedMisclassified" for outcome in recorded["outcome"][:n])
        adversarial = attack(logits, images[:n], labels[:n], {**how, "bounds": (about["input"]["bounds"]["min"], about["input"]["bounds"]["max"])})
        with torch.no_grad():
            fooled = (logits(adversarial).argmax(1) != labels[:n]) & correct[:n]
        here = int(fooled.sum()), int(correct[:n].sum())
        lab_rate, here_rate = ours[0] / max(1, ours[1]), here[0] / max(1, here[1])
        if how["randomStart"]:
            (a, b), (c, d) = interval(*ours), interval(*here)
            agrees = a <= here_rate <= b and c <= lab_rate <= d
        else:
            agrees = abs(lab_rate - here_rate) <= 0.01 and abs(ours[1] - here[1]) <= 0.01 * n
        rows.append({"attack": result["plugin"], "norm": result["norm"], "epsilon": result["epsilon"], "lab": ours, "here": here, "agrees": agrees})
    return rows, logits, images


def check_onnx(folder, logits, images):
    """What the ONNX checker and its evaluation say, or None where the package is not installed."""
    try:
        import onnx
    except ImportError:
        return None
    found = {}
    for name in ("network.onnx", "gradient.onnx"):
        model = onnx.load(str(folder / name))
        onnx.checker.check_model(model, full_check=True)
        found[name] = [[d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim] for value in [*model.graph.input, *model.graph.output]]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    torch.manual_seed(0)
    rows, logits, images = compare(args.folder, args.examples)
    if not rows:
        sys.exit("expected a run that was attacked with fgsm or pgd, got none. Attack it in the lab first, for example with --attack pgd@0.3.")
    checked = check_onnx(args.folder, logits, images)
    if args.json:
        print(json.dumps({"attacks": rows, "onnx": checked}))
    else:
        print(f"{'attack':8}{'norm':6}{'epsilon':>8}{'lab':>14}{'here':>14}")
        for row in rows:
            shown = ["{} of {}".format(*row[side]) for side in ("lab", "here")]
            print(f"{row['attack']:8}{row['norm']:6}{row['epsilon']:8.3g}{shown[0]:>14}{shown[1]:>14}  {'agrees' if row['agrees'] else 'DIFFERS'}")
        print("ONNX: not checked, the package onnx is not installed" if checked is None else "ONNX: both files pass the checker")
    sys.exit(0 if all(row["agrees"] for row in rows) else 1)


if __name__ == "__main__":
    main()
