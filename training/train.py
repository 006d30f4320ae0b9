"""Train: ``python3 training/train.py PHOTOS LABELS OUT --minutes 100``.

Several processes of one thread each learn side by side from pictures of their own and meet every
few steps to take the mean of what they have: on processor cores that others use too this is faster
than sharing every layer's work. The rate of learning rises, stays, and falls to nothing over the
last minutes, so a run can be continued from what it had before the fall ("OUT/steady.pt").
"""

import argparse
import copy
import random
import time
from pathlib import Path

import torch
import torch.distributed as together
from model import SubjectNet
from photos import Labeled, load
from samples import Samples
from torch import Tensor
from torch import multiprocessing as mp
from torch.nn import functional

SIZES = {192: 12, 224: 9, 256: 8, 320: 5, 384: 3}  # side in px: pictures in a batch
SIZE_WEIGHTS = [0.1, 0.15, 0.55, 0.15, 0.05]
ENCODER_RATE = 0.3  # of the rate of the new layers
WARM_STEPS = 150
MEET_STEPS = 8
LOG_STEPS = 100
MEAN_KEPT = 0.98  # of the running mean of weights, at each meeting
EDGE_WEIGHT, EDGE_PX = 3.0, 15
COARSE_WEIGHT = 0.3


def loss(logits: Tensor, answers: Tensor) -> Tensor:
    """Return how wrong logits are: cross-entropy and soft IoU, both heavier near edges.

    As in F3Net (Wei et al., AAAI 2020); answers are N x 1 x H x W, in [0, 1].
    """
    around = functional.avg_pool2d(answers, EDGE_PX, 1, EDGE_PX // 2, count_include_pad=False)
    weight = 1 + EDGE_WEIGHT * (around - answers).abs()
    entropy = functional.binary_cross_entropy_with_logits(logits, answers, reduction="none")
    axes = (1, 2, 3)
    entropy = (weight * entropy).sum(axes) / weight.sum(axes)
    found = logits.sigmoid()
    both = (weight * torch.minimum(found, answers)).sum(axes)
    either = (weight * torch.maximum(found, answers)).sum(axes)
    return (entropy + 0.5 * (1 - (both + 4) / (either + 4))).mean()


def total_loss(net: SubjectNet, pictures: Tensor, answers: Tensor) -> Tensor:
    """Return the loss of the fine answer and, lighter, of the coarse one."""
    fine, coarse = net(pictures)
    small = functional.interpolate(answers, size=coarse.shape[2:], mode="area")
    entropy = functional.binary_cross_entropy_with_logits(coarse, small)
    return loss(fine, answers) + COARSE_WEIGHT * entropy


def rate_share(step: int, elapsed: float, minutes: float, falling: float) -> float:
    """Return the rate of learning as a share of the highest one."""
    left = (minutes - elapsed) / falling
    return min(1.0, (step + 1) / WARM_STEPS, max(0.0, left))


def meet(net: SubjectNet, optimizer: torch.optim.Optimizer) -> None:
    """Take the mean over all processes of weights, of what is kept of them, and of momenta."""
    held = [value for value in net.state_dict().values() if value.is_floating_point()]
    for state in optimizer.state.values():
        held += [state["exp_avg"], state["exp_avg_sq"]]
    with torch.no_grad():
        joined = torch.cat([value.reshape(-1) for value in held])
        together.all_reduce(joined)
        joined /= together.get_world_size()
        start = 0
        for value in held:
            value.copy_(joined[start : start + value.numel()].view_as(value))
            start += value.numel()


def follow(mean: SubjectNet, net: SubjectNet, kept: float) -> None:
    """Move the running mean of the weights towards the weights."""
    with torch.no_grad():
        values = net.state_dict()
        for name, value in mean.state_dict().items():
            if value.is_floating_point():
                value.lerp_(values[name], 1 - kept)
            else:
                value.copy_(values[name])


def learn(rank: int, args: argparse.Namespace, photos: list[Labeled]) -> None:
    """Train in one of the processes; the first one keeps the records."""
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    meeting = f"file://{args.out.resolve() / 'meeting'}"
    together.init_process_group("gloo", init_method=meeting, rank=rank, world_size=args.processes)
    net = SubjectNet(not args.scratch).to(memory_format=torch.channels_last).train()
    encoder = net.encoder_weights()
    if not args.scratch:
        for weight in net.fixed_weights():
            weight.requires_grad_(False)
    known = {id(weight) for weight in encoder}
    others = [w for w in net.parameters() if w.requires_grad and id(w) not in known]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "share": ENCODER_RATE}, {"params": others, "share": 1.0}],
        lr=args.rate,
        weight_decay=1e-3,
    )
    mean, done = copy.deepcopy(net), 0
    if args.resume:
        kept = torch.load(args.resume)
        net.load_state_dict(kept["net"])
        mean.load_state_dict(kept["mean"])
        optimizer.load_state_dict(kept["optimizer"])
        done = kept["step"]
    samples = Samples(photos, args.seed + 1000 * rank + done)
    sizes = random.Random(args.seed + done)  # the same in every process
    start, steady, losses, step = time.monotonic(), True, [], done
    while True:
        elapsed = (time.monotonic() - start) / 60
        over = elapsed >= args.minutes or (args.steps and step >= args.steps)
        finished = torch.tensor(float(over))
        if step % MEET_STEPS == 0 or args.steps:
            together.broadcast(finished, 0)
            if finished:
                break
        share = rate_share(step - done, elapsed, args.minutes, args.falling)
        for group in optimizer.param_groups:
            group["lr"] = args.rate * share * group["share"]
        (size,) = sizes.choices(list(SIZES), SIZE_WEIGHTS)
        pictures, answers = (torch.from_numpy(a) for a in samples.batch(SIZES[size], size))
        wrong = total_loss(net, pictures.contiguous(memory_format=torch.channels_last), answers)
        optimizer.zero_grad()
        wrong.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 3.0)
        optimizer.step()
        step += 1
        losses.append(wrong.item())
        if step % MEET_STEPS == 0:
            meet(net, optimizer)
            follow(mean, net, min(MEAN_KEPT, step / (step + 80)))
        if rank == 0 and step % LOG_STEPS == 0:
            seen = step * 7.9 * args.processes / len(photos)
            print(
                f"step {step}, {elapsed:.1f} min, about {seen:.1f} times each photo, "
                f"loss {sum(losses[-LOG_STEPS:]) / LOG_STEPS:.4f}, rate {share:.2f}",
                flush=True,
            )
            state = {"net": net, "mean": mean, "optimizer": optimizer}
            kept = {name: part.state_dict() for name, part in state.items()} | {"step": step}
            steady = share == 1.0
            torch.save(kept, args.out / ("steady.pt" if steady else "falling.pt"))
    if rank == 0:
        torch.save({"mean": mean.state_dict(), "step": step}, args.out / "final.pt")
    together.destroy_process_group()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("out", type=Path, help="folder for what is learned")
    parser.add_argument("--minutes", type=float, default=100.0)
    parser.add_argument("--falling", type=float, default=25.0, help="minutes of falling rate")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scratch", action="store_true", help="do without ImageNet weights")
    args = parser.parse_args(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "meeting").unlink(missing_ok=True)
    photos = load(args.photos, args.labels, validation=False)
    print(f"{len(photos)} photos", flush=True)
    torch.set_num_threads(1)
    mp.start_processes(learn, (args, photos), args.processes, start_method="fork")


if __name__ == "__main__":
    main()
